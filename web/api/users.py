"""`…/users`: whom the platform knows of, in a guild and on the whole."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from bus.ids import Snowflake
from models.cases import Case, CaseKind, cases_of, counts_of, kinds_of
from models.known_people import KnownPerson, UserActivity, activity_of, find_known, list_known
from models.members import find_member
from models.paging import page_of
from models.permissions import Level
from models.users import UserRecord, find_record, list_users
from web.api.answers import json_response, listing
from web.api.lists import FIELDS, SOME, Cursor, Limit, Paging, Search, name_of
from web.api.operation import Call, Nothing
from web.problems import Problem

__all__ = [
    "GuildOfUser",
    "GuildUser",
    "GuildUserDetail",
    "GuildUserQuery",
    "User",
    "UserDetail",
    "UserQuery",
    "get_guild_user",
    "get_user",
    "list_guild_users",
    "list_platform_users",
    "list_user_cases",
]

_ACTIVE_DAYS = 30


class GuildUser(KnownPerson, frozen=True, kw_only=True):
    """Somebody whom the server knows: a member, or who left with a record. `level` is null for who left."""

    level: Level | None
    warnings: int
    notes: int


class GuildUserDetail(GuildUser, frozen=True, kw_only=True):
    """The same with their roles at Discord, what they started in the last 30 days, and their record by kind."""

    roles: list[Snowflake]
    joined_at: datetime | None
    timed_out_until: datetime | None
    activity: UserActivity
    cases: dict[CaseKind, int]


class GuildUserQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Users by name."""

    search: Search = ""
    limit: Limit = 50
    cursor: Cursor = None
    fields: Annotated[Annotated[list[Annotated[str, name_of(GuildUser)]], SOME] | None, FIELDS] = None


class UserQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who logged in last first."""

    search: Search = ""
    limit: Limit = 50
    cursor: Cursor = None


class GuildOfUser(msgspec.Struct, frozen=True, kw_only=True):
    """A server that somebody is in together with the bot, and what they are there."""

    id: Snowflake
    name: str
    level: Level


class User(UserRecord, frozen=True, kw_only=True):
    """Somebody who logged in to the dashboard; `sessions` and `keys` are how many of theirs are valid."""


class UserDetail(User, frozen=True, kw_only=True):
    """The same with the servers that they share with the bot."""

    guilds: list[GuildOfUser]


async def list_guild_users(call: Call[GuildUserQuery, None]) -> Response:
    """Members, and who left with a record: a warning, a note, a kick or a ban."""
    query, guild_id = call.query, int(call.admitted.guild.id)
    page = await list_known(call.parts.database, guild_id, query.search, cursor=query.cursor, limit=query.limit)
    return listing(page, await _with_standing(call, page.items), query.fields)


async def get_guild_user(call: Call[Nothing, None]) -> Response:
    database, guild_id = call.parts.database, int(call.admitted.guild.id)
    person = await _known(call)
    [user] = await _with_standing(call, [person])
    member = await find_member(database, guild_id, person.id)
    since = call.parts.clock.now() - timedelta(days=_ACTIVE_DAYS)
    return json_response(
        GuildUserDetail(
            **msgspec.structs.asdict(user),
            roles=[] if member is None else member.roles,
            joined_at=None if member is None else member.joined_at,
            timed_out_until=None if member is None else member.timed_out_until,
            activity=await activity_of(database, guild_id, person.id, since),
            cases=await kinds_of(database, guild_id, person.id),
        )
    )


async def list_user_cases(call: Call[Paging, None]) -> Response:
    """The newest 200."""
    person, query = await _known(call), call.query
    cases = await cases_of(call.parts.database, int(call.admitted.guild.id), person.id)
    return listing(page_of(cases, _newest_first, cursor=query.cursor, limit=query.limit))


async def list_platform_users(call: Call[UserQuery, None]) -> Response:
    """Who ever logged in."""
    query, idle = call.query, call.parts.settings.session_idle_seconds
    return listing(
        await list_users(call.parts.database, query.search, idle_seconds=idle, cursor=query.cursor, limit=query.limit)
    )


async def get_user(call: Call[Nothing, None]) -> Response:
    parts, user_id = call.parts, call.ids["user_id"]
    found = await find_record(parts.database, user_id, idle_seconds=parts.settings.session_idle_seconds)
    if found is None:
        raise Problem("user_not_found", "Nobody by this id ever logged in.")
    guilds = [
        GuildOfUser(id=one.guild_id, name=one.name, level=one.level) for one in await parts.access.guilds_of(user_id)
    ]
    return json_response(UserDetail(**msgspec.structs.asdict(found), guilds=guilds))


async def _known(call: Call[Any, Any]) -> KnownPerson:
    """Who is known in other servers only is not known here."""
    person = await find_known(call.parts.database, int(call.admitted.guild.id), call.ids["user_id"])
    if person is None:
        raise Problem("user_not_found")
    return person


async def _with_standing(call: Call[Any, Any], people: Any) -> list[GuildUser]:
    guild_id, ids = int(call.admitted.guild.id), [int(person.id) for person in people]
    known = await call.parts.access.permissions_of([(guild_id, id) for id in ids])
    counts = await counts_of(call.parts.database, guild_id, ids)
    return [
        GuildUser(
            **msgspec.structs.asdict(person),
            level=known[guild_id, id].level if (guild_id, id) in known else None,
            warnings=counts[id][0],
            notes=counts[id][1],
        )
        for person, id in zip(people, ids, strict=True)
    ]


def _newest_first(case: Case) -> tuple[int, str, str]:
    return -int(case.at.timestamp() * 1_000_000), str(case.command_id), case.kind
