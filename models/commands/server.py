"""Commands on a guild's roles and channels."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from models.commands.fields import Reason, TargetMember, TargetRole
from models.permissions import Permission
from models.spec import Channel, CommandSpec, Effect

__all__ = ["AddRole", "CreateChannel", "RemoveRole"]


class AddRole(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Give a member a role."""

    type: ClassVar = "roles.add"
    slash: ClassVar = "role add"
    effect: ClassVar = Effect.IDEMPOTENT
    permission: ClassVar = Permission.MANAGE_ROLES
    outrank: ClassVar = ("role",)
    subject: ClassVar = "member:{member}:role:{role}"

    member: TargetMember
    role: TargetRole
    reason: Reason = ""


class RemoveRole(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take a role from a member."""

    type: ClassVar = "roles.remove"
    slash: ClassVar = "role remove"
    effect: ClassVar = Effect.IDEMPOTENT
    permission: ClassVar = Permission.MANAGE_ROLES
    outrank: ClassVar = ("role",)
    subject: ClassVar = "member:{member}:role:{role}"

    member: TargetMember
    role: TargetRole
    reason: Reason = ""


class CreateChannel(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Create a channel."""

    type: ClassVar = "channels.create"
    slash: ClassVar = "channel create"
    effect: ClassVar = Effect.RECONCILE
    permission: ClassVar = Permission.MANAGE_CHANNELS

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100, description="Its name")]
    kind: Annotated[Literal["text", "voice", "category"], msgspec.Meta(description="What kind of channel")] = "text"
    category: Annotated[Channel, msgspec.Meta(description="The category to put it in")] | None = None
    topic: Annotated[str, msgspec.Meta(max_length=1024, description="Its topic")] = ""
    reason: Reason = ""
