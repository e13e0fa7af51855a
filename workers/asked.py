"""One command as somebody asked for it: what the checks of rules, rights and targets are about."""

from __future__ import annotations

import msgspec

from bus.envelopes import Command
from bus.ids import Snowflake
from models.checks import Authority
from models.spec import CommandSpec

__all__ = ["Asked", "member_behind"]


class Asked(msgspec.Struct, frozen=True):
    """The command, its options as its spec reads them, and what is known of its actor's rights."""

    command: Command
    options: CommandSpec
    authority: Authority

    @property
    def spec(self) -> type[CommandSpec]:
        return type(self.options)

    @property
    def is_person(self) -> bool:
        """Also where a person's own API key acts for them."""
        return self.command.actor.kind == "user" or self.authority.owner_id is not None


def member_behind(asked: Asked) -> int | None:
    """Whose rank and roles count: the person's, or those of whose key it is; None for what is no member."""
    if asked.command.actor.kind == "user":
        return int(Snowflake(asked.command.actor.id))
    owner_id = asked.authority.owner_id
    return None if owner_id is None else int(owner_id)
