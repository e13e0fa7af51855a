"""What a server's admins set on Discord under Server settings, Integrations: who may use which command where."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, to_builtins
from starlette.requests import Request
from starlette.responses import Response

from sandbox.commands.find import commands_of
from sandbox.control.calls import body_of, id_of, reply
from sandbox.control.problem import Problem
from sandbox.world import World

__all__ = ["set_command_permissions"]

_MOST = 100


class Row(Struct, kw_only=True, forbid_unknown_fields=True):
    """`type` is 1 for a role (the guild's id: @everyone), 2 for a person, 3 for a channel (the id before the guild's:
    every channel)."""

    id: str
    type: Literal[1, 2, 3]
    permission: bool


class CommandPermissions(Struct, kw_only=True, forbid_unknown_fields=True):
    """`command` is a top-level name; null is for all of the application's commands."""

    guild_id: str | int
    command: str | None = None
    permissions: list[Row]


async def set_command_permissions(world: World, request: Request) -> Response:
    """What held before for the command is replaced; an empty list takes it back."""
    wanted = await body_of(request, CommandPermissions)
    guild_id = id_of(wanted.guild_id, "guild_id")
    if guild_id not in world.state.guilds:
        raise Problem(404, "unknown_guild", "There is no such guild.")
    if len(wanted.permissions) > _MOST:
        raise Problem(400, "too_many", f"At most {_MOST} for one command.")
    subject = world.settings.application_id
    if wanted.command is not None:
        ids = {row["name"]: int(row["id"]) for row in commands_of(world.state, guild_id)}
        if wanted.command not in ids:
            raise Problem(404, "unknown_command", f"No command {wanted.command!r} is registered here.")
        subject = ids[wanted.command]
    rows = [{**to_builtins(row), "id": str(id_of(row.id, "id"))} for row in wanted.permissions]
    world.state.command_permissions.setdefault(guild_id, {})[subject] = rows
    world.touch()
    return reply({"id": str(subject), "permissions": rows})
