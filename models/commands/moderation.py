"""Commands on people."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from models.commands.fields import Minutes, Reason, TargetMember
from models.permissions import Permission
from models.spec import CommandSpec, Effect

__all__ = ["Ban", "Kick", "Note", "Timeout", "Unban", "Warn"]


class Warn(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Warn a member and keep the warning on record."""

    type: ClassVar = "moderation.warn"
    slash: ClassVar = "warn"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = Permission.MODERATE_MEMBERS

    member: TargetMember
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=400, description="What for")]


class Note(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Note something about a member for the other moderators; the member is not told."""

    type: ClassVar = "moderation.note"
    slash: ClassVar = "note"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = Permission.MODERATE_MEMBERS
    private_reply: ClassVar = True

    member: TargetMember
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000, description="What to remember")]


class Ban(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Ban someone from this server."""

    type: ClassVar = "moderation.ban"
    slash: ClassVar = "ban"
    effect: ClassVar = Effect.IDEMPOTENT
    permission: ClassVar = Permission.BAN_MEMBERS
    outrank: ClassVar = ("member",)
    subject: ClassVar = "member:{member}"
    destructive: ClassVar = True

    member: TargetMember
    reason: Reason = ""
    delete_days: Annotated[int, msgspec.Meta(ge=0, le=7, description="Delete their messages of so many days")] = 0


class Unban(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Lift a ban."""

    type: ClassVar = "moderation.unban"
    slash: ClassVar = "unban"
    effect: ClassVar = Effect.IDEMPOTENT
    permission: ClassVar = Permission.BAN_MEMBERS
    subject: ClassVar = "member:{member}"

    member: TargetMember
    reason: Reason = ""


class Timeout(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Stop a member from talking for a while; it ends at the moment of issue plus the minutes."""

    type: ClassVar = "moderation.timeout"
    slash: ClassVar = "timeout"
    effect: ClassVar = Effect.IDEMPOTENT
    permission: ClassVar = Permission.MODERATE_MEMBERS
    outrank: ClassVar = ("member",)
    subject: ClassVar = "member:{member}:timeout"

    member: TargetMember
    minutes: Minutes
    reason: Reason = ""


class Kick(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Remove a member, who may come back with an invite."""

    type: ClassVar = "moderation.kick"
    slash: ClassVar = "kick"
    effect: ClassVar = Effect.RECONCILE
    permission: ClassVar = Permission.KICK_MEMBERS
    outrank: ClassVar = ("member",)
    subject: ClassVar = "member:{member}"
    destructive: ClassVar = True

    member: TargetMember
    reason: Reason = ""
