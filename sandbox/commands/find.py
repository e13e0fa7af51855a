"""Which commands there are for a person in a guild, and which one a text like "moderation warn" names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.commands.validate import OptionType
from sandbox.permissions import ALL
from sandbox.state import WorldState

__all__ = ["Found", "commands_of", "find", "leaves", "may_use"]

_NESTED = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
_GUILD_CONTEXT = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A command, the path of (type, name) below it, and the options of what is at the end of that path."""

    command: dict[str, Any]
    path: tuple[tuple[int, str], ...]
    options: list[dict[str, Any]]

    @property
    def name(self) -> str:
        return " ".join([self.command["name"], *(name for _, name in self.path)])


def commands_of(state: WorldState, guild_id: int) -> list[dict[str, Any]]:
    """Slash commands of a guild and the global ones; a guild's own hides a global one of the same name."""
    rows = {row["name"]: row for row in state.commands.get(0, {}).values() if row["type"] == 1}
    rows |= {row["name"]: row for row in state.commands.get(guild_id, {}).values() if row["type"] == 1}
    return [row for row in rows.values() if not row.get("contexts") or _GUILD_CONTEXT in row["contexts"]]


def leaves(command: dict[str, Any]) -> list[Found]:
    """What can be typed: the command itself, or each of its subcommands."""
    options = command.get("options") or []
    if not any(row["type"] in _NESTED for row in options):
        return [Found(command, (), options)]
    found = []
    for row in options:
        if row["type"] == OptionType.SUB_COMMAND:
            found.append(Found(command, ((row["type"], row["name"]),), row.get("options") or []))
            continue
        for sub in row.get("options") or []:
            path = ((row["type"], row["name"]), (sub["type"], sub["name"]))
            found.append(Found(command, path, sub.get("options") or []))
    return found


def find(state: WorldState, guild_id: int, text: str) -> Found | None:
    """By its path; "moderation warn" also finds /warn where no group `moderation` has one.

    Scripts name a command by its area, and need not know which of them Discord shows in a group.
    """
    by_name = {leaf.name: leaf for command in commands_of(state, guild_id) for leaf in leaves(command)}
    words = text.removeprefix("/").split()
    return by_name.get(" ".join(words)) or by_name.get(" ".join(words[1:]))


def may_use(command: dict[str, Any], permissions: int) -> bool:
    """`default_member_permissions`: null is everybody, "0" administrators only, else all of the bits.

    https://discord.com/developers/docs/interactions/application-commands#permissions
    """
    needed = command.get("default_member_permissions")
    if needed is None or permissions == ALL:
        return True
    bits = int(needed)
    return bits != 0 and permissions & bits == bits
