"""Playing the people: use a command, complete an option, press a button, and see the answer."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from sandbox.commands.find import commands_of, leaves, may_use
from sandbox.control.calls import body_of, id_of, reply
from sandbox.control.problem import Problem
from sandbox.interactions.start import (
    CommandRequest,
    ComponentRequest,
    start_autocomplete,
    start_command,
    start_component,
)
from sandbox.interactions.view import view
from sandbox.permissions import base
from sandbox.world import World

__all__ = ["autocomplete", "get_interaction", "list_commands", "post_component", "post_interaction"]

_MAX_WAIT_SECONDS = 30.0
_REACHED = {"deferred": ("deferred", "answered", "failed"), "answered": ("answered", "failed")}


async def post_interaction(world: World, request: Request) -> Response:
    one = start_command(world, await body_of(request, CommandRequest))
    return reply({"id": str(one.id)}, 201)


async def post_component(world: World, request: Request) -> Response:
    one = start_component(world, await body_of(request, ComponentRequest))
    return reply({"id": str(one.id)}, 201)


async def get_interaction(world: World, request: Request) -> Response:
    """With `?wait=deferred` or `?wait=answered` it returns when that is reached, at the latest after `timeout` s."""
    one = world.interactions.get(id_of(request.path_params["interaction_id"], "id"))
    if one is None:
        raise Problem(404, "unknown_interaction", "There is no such interaction.")
    reached = _REACHED.get(request.query_params.get("wait", ""))
    if reached is not None:
        loop = asyncio.get_running_loop()
        try:
            timeout = min(float(request.query_params.get("timeout", "10")), _MAX_WAIT_SECONDS)
        except ValueError as error:
            raise Problem(400, "bad_timeout", "timeout is a number of seconds.") from error
        until = loop.time() + timeout
        while world.interactions.state(one, world.now()) not in reached and loop.time() < until:
            await world.interactions.changed(one, until - loop.time())
    return reply(view(world, one))


async def autocomplete(world: World, request: Request) -> Response:
    """`{"id", "choices": [{"name", "value"}]}`; 504 if the bot says nothing in time."""
    one = start_autocomplete(world, await body_of(request, CommandRequest))
    if one.choices is None:
        await world.interactions.changed(one, world.settings.interaction_deadline_seconds)
    if one.choices is None:
        raise Problem(504, "no_answer", "The bot sent no choices in time.")
    return reply({"id": str(one.id), "choices": one.choices})


async def list_commands(world: World, request: Request) -> Response:
    """What a person may use in a guild: `?guild_id=&user_id=`; with no `user_id`, all that is registered."""
    guild = world.guild(id_of(request.query_params.get("guild_id"), "guild_id"))
    rows = commands_of(world.state, guild.id)
    if "user_id" in request.query_params:
        member = world.member(guild, id_of(request.query_params["user_id"], "user_id"))
        permissions = base(guild, member, world.now())
        rows = [row for row in rows if may_use(row, permissions)]
    shown = [
        {
            "name": leaf.name,
            "description": _description(row, leaf.path),
            "options": leaf.options,
            "id": row["id"],
            "default_member_permissions": row["default_member_permissions"],
        }
        for row in sorted(rows, key=lambda row: str(row["name"]))
        for leaf in leaves(row)
    ]
    return reply(shown)


def _description(command: dict[str, object], path: tuple[tuple[int, str], ...]) -> str:
    node: dict[str, object] = command
    for _, name in path:
        options = node.get("options")
        rows = options if isinstance(options, list) else []
        node = next(row for row in rows if row["name"] == name)
    return str(node.get("description", ""))
