"""Discord's own rules for slash commands: who an admin lets use which command where, set on Discord under Server
settings, Integrations. Discord asks them before anything reaches the platform. Pure.

https://discord.com/developers/docs/interactions/application-commands#permissions
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Override", "Overrides", "Refused", "refused_by"]

Kind = Literal["role", "user", "channel"]
Refused = Literal["channel", "person"]


@dataclass(frozen=True, slots=True)
class Override:
    """`id` of a role, a person or a channel; a role of the guild's own id is @everyone, a channel of the id before it
    every channel."""

    id: int
    kind: Kind
    allowed: bool


@dataclass(frozen=True, slots=True)
class Overrides:
    """A command's own, and those for all commands of the application: these hold where the command says nothing."""

    own: tuple[Override, ...] = ()
    shared: tuple[Override, ...] = ()


def refused_by(
    overrides: Overrides, *, guild_id: int, member_id: int, roles: frozenset[int], channel_id: int
) -> Refused | None:
    """What keeps a member, who is no administrator, from the command in a channel; None where nothing does.

    In a channel and for a person the command's own rules come first; a person's own rule before their roles', where one
    that allows is enough, and those before @everyone's.
    """
    levels = (overrides.own, overrides.shared)
    places = (_first(rules, "channel", channel_id, guild_id - 1) for rules in levels)
    if next((said for said in places if said is not None), True) is False:
        return "channel"
    people = (_of_person(rules, guild_id, member_id, roles) for rules in levels)
    return "person" if next((said for said in people if said is not None), True) is False else None


def _of_person(rules: Sequence[Override], guild_id: int, member_id: int, roles: frozenset[int]) -> bool | None:
    own = _first(rules, "user", member_id)
    if own is not None:
        return own
    held = [rule.allowed for rule in rules if rule.kind == "role" and rule.id in roles - {guild_id}]
    return any(held) if held else _first(rules, "role", guild_id)


def _first(rules: Sequence[Override], kind: Kind, *ids: int) -> bool | None:
    said = {rule.id: rule.allowed for rule in rules if rule.kind == kind}
    return next((said[id] for id in ids if id in said), None)
