"""A guild's members for a page: found by name, role or timeout, who joined last first, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from bus.ids import Snowflake
from models.conditions import Conditions
from models.database import Database, Record
from models.paging import Page, decode_moment, encode_moment

__all__ = ["FoundMember", "MemberFilter", "find_member", "list_members", "member_list_sql"]

_COLUMNS = """SELECT m.person_id AS id, p.username, p.display_name, p.avatar, p.bot, m.nick, m.roles,
    m.joined_at, m.timed_out_until
FROM members m JOIN persons p ON p.id = m.person_id"""
# As the index members_by_joined has it; Discord names no day for who joined by a lurker's invite.
_JOINED = "COALESCE(m.joined_at, '2000-01-01 00:00:00+00'::timestamptz)"
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
_MOST = 200


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """`search` in user name, display name and nickname, or the exact id; `timed_out` is of now."""

    search: str = ""
    role_id: int | None = None
    timed_out: bool = False


class FoundMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in a guild, as moderators see them."""

    id: Snowflake
    username: str
    name: str
    avatar: str | None
    bot: bool
    roles: list[Snowflake]
    joined_at: datetime | None
    timed_out_until: datetime | None


async def list_members(
    database: Database, guild_id: int, where: MemberFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[FoundMember]:
    """Raises InvalidMessage for a bad cursor."""
    sql, values, bounded = member_list_sql(guild_id, where, cursor, limit)
    found = [_member(row) for row in await database.fetch(sql, *values)]
    return Page(found[:bounded], _cursor(found[bounded - 1]) if len(found) > bounded else None)


async def find_member(database: Database, guild_id: int, person_id: int) -> FoundMember | None:
    """None for who is no member now."""
    sql = f"{_COLUMNS} WHERE m.guild_id = $1 AND m.person_id = $2"
    rows = await database.fetch(sql, int(guild_id), int(person_id))
    return _member(rows[0]) if rows else None


def member_list_sql(guild_id: int, where: MemberFilter, cursor: str | None, limit: int) -> tuple[str, list[Any], int]:
    """The statement of `list_members`, its parameters, and the limit that applies."""
    conditions = Conditions()
    conditions.add("m.guild_id = {}", int(guild_id))
    if cursor is not None:
        joined_at, person_id = decode_moment(cursor)
        at, who = conditions.parameter(joined_at), conditions.parameter(person_id)
        conditions.always(f"({_JOINED}, m.person_id) < ({at}, {who})")
    text = where.search.strip()[:100]
    if text:
        pattern = conditions.parameter("%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
        exact = conditions.parameter(text)
        names = " OR ".join(f"{name} ILIKE {pattern}" for name in ("p.username", "p.display_name", "m.nick"))
        conditions.always(f"({names} OR m.person_id::text = {exact})")
    conditions.add("m.roles @> ARRAY[{}::bigint]", where.role_id)
    if where.timed_out:
        conditions.always("m.timed_out_until > now()")
    bounded = max(1, min(limit, _MOST))
    last = conditions.parameter(bounded + 1)
    sql = f"{_COLUMNS} WHERE {conditions} ORDER BY {_JOINED} DESC, m.person_id DESC LIMIT {last}"
    return sql, conditions.values, bounded


def _member(row: Record) -> FoundMember:
    return FoundMember(
        id=Snowflake(row["id"]),
        username=row["username"],
        name=row["nick"] or row["display_name"] or row["username"],
        avatar=row["avatar"],
        bot=row["bot"],
        roles=[Snowflake(role) for role in row["roles"]],
        joined_at=row["joined_at"],
        timed_out_until=row["timed_out_until"],
    )


def _cursor(last: FoundMember) -> str:
    return encode_moment(last.joined_at or _NEVER, last.id)
