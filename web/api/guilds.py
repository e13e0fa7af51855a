"""`/api/v1/guilds`: the guilds of whoever asks, and what a form needs to know of one."""

from __future__ import annotations

from typing import Annotated

import msgspec
from starlette.responses import Response

from bus.ids import Snowflake
from models.paging import page_of
from models.permissions import Level
from web.api.answers import json_response, listing
from web.api.lists import FIELDS, SOME, Cursor, Limit, Search, name_of
from web.api.operation import Call, Nothing
from web.guild_lookup import GuildSummary, Member, channels_of, find_members, name_known_in, roles_of
from web.problems import Problem
from web.visible_guilds import visible_guilds

__all__ = [
    "Guild",
    "GuildDetail",
    "GuildsQuery",
    "MembersQuery",
    "PartsQuery",
    "Person",
    "get_guild",
    "get_person",
    "list_channels",
    "list_guilds",
    "list_members",
    "list_roles",
]


class GuildsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Guilds by name."""

    limit: Limit = 200
    cursor: Cursor = None


class MembersQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Members by name."""

    search: Search = ""
    limit: Limit = 25
    cursor: Cursor = None
    fields: Annotated[Annotated[list[Annotated[str, name_of(Member)]], SOME] | None, FIELDS] = None


class PartsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Roles or channels: by default as many as Discord lets a guild have."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=500, description="How many at most.")] = 500
    cursor: Cursor = None


class Guild(msgspec.Struct, frozen=True, kw_only=True):
    """A server that the bot is in; `available` is false while Discord has trouble with it."""

    id: Snowflake
    name: str
    icon: str | None
    member_count: int
    available: bool


class GuildDetail(Guild, frozen=True, kw_only=True):
    """A server, and what the caller is there."""

    level: Level


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom this server knows."""

    id: Snowflake
    name: str
    guild_id: Snowflake


async def list_guilds(call: Call[GuildsQuery, None]) -> Response:
    guilds = [_guild(guild) for guild in await visible_guilds(call.parts, call.principal)]
    query = call.query
    return listing(page_of(guilds, lambda one: (one.name, int(one.id)), cursor=query.cursor, limit=query.limit))


async def get_guild(call: Call[Nothing, None]) -> Response:
    admitted = call.admitted
    shown = msgspec.structs.asdict(_guild(admitted.guild))
    return json_response(GuildDetail(**shown, level=admitted.standing.level))


async def list_members(call: Call[MembersQuery, None]) -> Response:
    query = call.query
    page = await find_members(
        call.parts.database, call.admitted.guild.id, query.search, cursor=query.cursor, limit=query.limit
    )
    return listing(page, fields=query.fields)


async def get_person(call: Call[Nothing, None]) -> Response:
    """Also of who left: 404 for who is known in other guilds only, or nowhere."""
    guild_id, person_id = call.admitted.guild.id, call.ids["person_id"]
    name = await name_known_in(call.parts.database, guild_id, person_id)
    if name is None:
        raise Problem("not_found")
    return json_response(Person(id=person_id, name=name, guild_id=guild_id))


async def list_roles(call: Call[PartsQuery, None]) -> Response:
    roles = await roles_of(call.parts.database, call.admitted.guild.id)
    query = call.query
    return listing(page_of(roles, lambda role: (-role.position, int(role.id)), cursor=query.cursor, limit=query.limit))


async def list_channels(call: Call[PartsQuery, None]) -> Response:
    """Moderators and above: the channels' names are not for everybody to see (as on Discord)."""
    channels = await channels_of(call.parts.database, call.admitted.guild.id)
    query = call.query
    return listing(page_of(channels, lambda one: (one.position, int(one.id)), cursor=query.cursor, limit=query.limit))


def _guild(guild: GuildSummary) -> Guild:
    return Guild(
        id=guild.id, name=guild.name, icon=guild.icon, member_count=guild.member_count, available=guild.available
    )
