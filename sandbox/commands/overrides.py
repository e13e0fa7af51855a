"""Who a server's admins let use which command where.

https://discord.com/developers/docs/interactions/application-commands#permissions
"""

from __future__ import annotations

from typing import Any

from sandbox.permissions import ALL
from sandbox.state import Guild, Member, WorldState

__all__ = ["CHANNEL", "ROLE", "USER", "allowed_by_admins", "opened_by_admins"]

ROLE, USER, CHANNEL = 1, 2, 3
Row = dict[str, Any]


def allowed_by_admins(
    state: WorldState, application_id: int, guild: Guild, member: Member, channel_id: int, command_id: int, bits: int
) -> bool:
    """A rule of the command itself comes before one for all of the application's commands."""
    if bits == ALL:
        return True
    levels = _levels(state, application_id, guild.id, command_id)
    for rows in levels:
        place = _first(rows, CHANNEL, channel_id, guild.id - 1)
        if place is not None:
            if not place:
                return False
            break
    return next((said for rows in levels if (said := _of_person(rows, guild, member)) is not None), True)


def opened_by_admins(state: WorldState, application_id: int, guild: Guild, member: Member, command_id: int) -> bool:
    """Whether the command's own rules let them use it whatever permissions it asks for by default."""
    own = _levels(state, application_id, guild.id, command_id)[0]
    return _of_person(own, guild, member) is True


def _levels(state: WorldState, application_id: int, guild_id: int, command_id: int) -> tuple[list[Row], list[Row]]:
    known = state.command_permissions.get(guild_id, {})
    return known.get(command_id, []), known.get(application_id, [])


def _of_person(rows: list[Row], guild: Guild, member: Member) -> bool | None:
    own = _first(rows, USER, member.user_id)
    if own is not None:
        return own
    roles = [row["permission"] for row in rows if row["type"] == ROLE and int(row["id"]) in member.roles]
    return any(roles) if roles else _first(rows, ROLE, guild.id)


def _first(rows: list[Row], kind: int, *ids: int) -> bool | None:
    said = {int(row["id"]): bool(row["permission"]) for row in rows if row["type"] == kind}
    return next((said[id] for id in ids if id in said), None)
