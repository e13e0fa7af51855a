"""One command for many members: started, paused, resumed, called off, and done again for those who failed."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec

from models.permissions import Permission
from models.spec import CommandSpec, Effect, Member

__all__ = ["CancelBulk", "PauseBulk", "ResumeBulk", "RetryBulk", "StartBulk"]

# Who may do the command itself is asked for each child when a worker claims it; here, who may handle bulks at all.
_MODERATORS = Permission.MODERATE_MEMBERS

BulkId = Annotated[UUID, msgspec.Meta(description="The bulk's id, which is that of the command that started it")]


class StartBulk(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Do one command for many members, a few at a time."""

    type: ClassVar = "bulk.start"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = _MODERATORS
    destructive: ClassVar = True

    command: Annotated[str, msgspec.Meta(min_length=3, max_length=64, description="What to do for each of them")]
    options: Annotated[dict[str, Any], msgspec.Meta(description="The command's other options")] = msgspec.field(
        default_factory=dict
    )
    members: Annotated[list[Member], msgspec.Meta(min_length=1, max_length=1000, description="For whom")]

    def leads_to(self) -> str:
        return self.command


class PauseBulk(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Begin no more of a bulk; what is under way ends."""

    type: ClassVar = "bulk.pause"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = _MODERATORS

    bulk: BulkId


class ResumeBulk(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Go on with a paused bulk."""

    type: ClassVar = "bulk.resume"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = _MODERATORS

    bulk: BulkId


class CancelBulk(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Call off what a bulk has not begun."""

    type: ClassVar = "bulk.cancel"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = _MODERATORS

    bulk: BulkId


class RetryBulk(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Start a new bulk for those of an ended one that failed."""

    type: ClassVar = "bulk.retry"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = _MODERATORS
    destructive: ClassVar = True

    bulk: BulkId

    def leads_to(self) -> UUID:
        return self.bulk
