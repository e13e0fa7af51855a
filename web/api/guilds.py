"""`/api/v1/guilds`: the guilds of whoever asks, and what a form needs to know of one."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bus.ids import Snowflake
from web.api.answers import json_response
from web.api.bodies import page_size
from web.authentication import require_principal
from web.guild_lookup import GuildSummary, channels_of, find_members, name_known_in, roles_of
from web.parts import parts_of
from web.problems import Problem
from web.standing import admit
from web.visible_guilds import visible_guilds

__all__ = ["get_guild", "get_person", "guild_view", "list_channels", "list_guilds", "list_members", "list_roles"]


async def list_guilds(request: Request) -> Response:
    """Those that the bot is in and that the person is a member of, or that the key is for."""
    principal = await require_principal(request)
    guilds = await visible_guilds(parts_of(request), principal)
    return json_response({"items": [guild_view(guild) for guild in guilds]})


async def get_guild(request: Request) -> Response:
    principal = await require_principal(request)
    admitted = await admit(request, principal, "guild.view")
    return json_response({**guild_view(admitted.guild), "level": admitted.standing.level})


async def list_members(request: Request) -> Response:
    """`search` in names or an exact id; `limit` up to 200. The list ends there: refine the search."""
    principal = await require_principal(request)
    admitted = await admit(request, principal, "guild.view")
    search = request.query_params.get("search", "")
    parts = parts_of(request)
    return json_response(
        {"items": await find_members(parts.database, admitted.guild.id, search, page_size(request, 25))}
    )


async def get_person(request: Request) -> Response:
    """The name of somebody this guild, also of who left: 404 for who is known in other guilds only, or nowhere."""
    principal = await require_principal(request)
    admitted = await admit(request, principal, "guild.view")
    try:
        person_id = Snowflake(request.path_params["person_id"])
    except ValueError as error:
        raise Problem("not_found") from error
    name = await name_known_in(parts_of(request).database, admitted.guild.id, person_id)
    if name is None:
        raise Problem("not_found")
    return json_response({"id": str(int(person_id)), "name": name, "guild_id": admitted.guild.id})


async def list_roles(request: Request) -> Response:
    principal = await require_principal(request)
    admitted = await admit(request, principal, "guild.view")
    return json_response({"items": await roles_of(parts_of(request).database, admitted.guild.id)})


async def list_channels(request: Request) -> Response:
    """Moderators and above: the channels' names are not for everybody to see (as on Discord)."""
    principal = await require_principal(request)
    admitted = await admit(request, principal, "guild.channels")
    return json_response({"items": await channels_of(parts_of(request).database, admitted.guild.id)})


def guild_view(guild: GuildSummary) -> dict[str, Any]:
    return {
        "id": str(int(guild.id)),
        "name": guild.name,
        "icon": guild.icon,
        "member_count": guild.member_count,
        "available": guild.available,
    }
