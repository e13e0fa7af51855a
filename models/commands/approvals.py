"""Commands about a command that waits for a second person (`models.approvals`).

Who may do them is who may do what waits, so that they ask for no permission of their own, and no guild's settings
restrict them: a worker checks their actor as if they had asked for it themselves.
"""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from models.permissions import Permission
from models.spec import CommandSpec, Effect

__all__ = ["Approve", "Decline"]

Waiting = Annotated[UUID, msgspec.Meta(description="The command that waits")]


class Approve(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Let a command that waits for a second person be done."""

    type: ClassVar = "approval.approve"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = Permission.NONE
    always_possible: ClassVar = True

    command: Waiting


class Decline(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Refuse a command that waits for a second person; nothing is done."""

    type: ClassVar = "approval.decline"
    effect: ClassVar = Effect.TRANSACTIONAL
    permission: ClassVar = Permission.NONE
    always_possible: ClassVar = True

    command: Waiting
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=400, description="Why not")]
