"""A command that kills whoever runs it: what a defect that takes the interpreter down looks like from outside."""

from __future__ import annotations

from typing import ClassVar

from models.permissions import Permission
from models.spec import CommandSpec, Effect

__all__ = ["SPECS", "Poison"]


class Poison(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kill the worker."""

    type: ClassVar = "chaos.poison"
    effect: ClassVar = Effect.IDEMPOTENT
    permission: ClassVar = Permission.ADMINISTRATOR
    place: ClassVar = "platform"


SPECS = (Poison,)
