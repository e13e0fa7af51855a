"""Commands that say something, here or elsewhere."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from models.commands.fields import TargetChannel, Text
from models.permissions import Permission
from models.spec import CommandSpec, Effect

__all__ = ["Announce", "Broadcast", "CallWebhook"]


class Announce(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Post a message to a channel as the bot."""

    type: ClassVar = "messages.announce"
    slash: ClassVar = "announce"
    effect: ClassVar = Effect.NONCE
    permission: ClassVar = Permission.MANAGE_MESSAGES

    channel: TargetChannel
    text: Text


class CallWebhook(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST a text to one of the allowed addresses, at most once."""

    type: ClassVar = "webhooks.call"
    slash: ClassVar = "webhook call"
    effect: ClassVar = Effect.AT_MOST_ONCE
    permission: ClassVar = Permission.MANAGE_WEBHOOKS
    audience: ClassVar = "admin"
    private_reply: ClassVar = True

    url: Annotated[str, msgspec.Meta(min_length=8, max_length=2000, description="The address, from the allowed ones")]
    text: Text


class Broadcast(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Announce a text in every server's announcement channel, one child command each."""

    type: ClassVar = "admin.broadcast"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = Permission.ADMINISTRATOR
    lane: ClassVar = "bulk"
    audience: ClassVar = "admin"
    place: ClassVar = "platform"
    people: ClassVar = False

    text: Text
