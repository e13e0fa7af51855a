"""People who logged in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from bus.ids import Snowflake
from models.conditions import Conditions
from models.database import Connection, Database, Record, fetch
from models.paging import Page, decode_moment, encode_moment
from models.tables.people import UserRow

__all__ = ["Face", "UserRecord", "faces_of", "find_record", "find_user", "list_users", "logged_in"]

_RECORDS = """SELECT u.id, u.username, COALESCE(NULLIF(u.display_name, ''), u.username) AS name, u.avatar, u.locale,
    u.created_at, u.last_login_at, EXISTS (SELECT 1 FROM operators o WHERE o.user_id = u.id) AS operator,
    (SELECT count(*) FROM sessions s WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > now()
        AND s.last_seen_at > now() - make_interval(secs => $1::float8)) AS sessions,
    (SELECT count(*) FROM api_keys k WHERE k.owner_id = u.id AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > now())) AS keys
FROM users u"""


class Face(msgspec.Struct, frozen=True):
    """How a person is shown."""

    id: Snowflake
    name: str
    avatar: str | None


class UserRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who logged in, as operators see them: how many sessions and keys of theirs are valid."""

    id: Snowflake
    username: str
    name: str
    avatar: str | None
    locale: str | None
    operator: bool
    created_at: datetime
    last_login_at: datetime
    sessions: int
    keys: int


async def list_users(
    database: Database, search: str, *, idle_seconds: float, cursor: str | None = None, limit: int
) -> Page[UserRecord]:
    """Who logged in last first; `search` is a part of a name, or a whole id. Raises InvalidMessage for a bad cursor."""
    conditions = Conditions()
    conditions.parameter(idle_seconds)
    conditions.always("true")
    if cursor is not None:
        at, id = decode_moment(cursor)
        conditions.always(f"(u.last_login_at, u.id) < ({conditions.parameter(at)}, {conditions.parameter(id)})")
    wanted = search.strip()[:100]
    if wanted:
        pattern = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        part, exact = conditions.parameter(pattern), conditions.parameter(wanted)
        conditions.always(f"(u.username ILIKE {part} OR u.display_name ILIKE {part} OR u.id::text = {exact})")
    last = conditions.parameter(limit + 1)
    sql = f"{_RECORDS} WHERE {conditions} ORDER BY u.last_login_at DESC, u.id DESC LIMIT {last}"
    found = [_record(row) for row in await database.fetch(sql, *conditions.values)]
    more = len(found) > limit
    return Page(found[:limit], encode_moment(found[limit - 1].last_login_at, found[limit - 1].id) if more else None)


async def find_record(database: Database, user_id: int, *, idle_seconds: float) -> UserRecord | None:
    """None for who never logged in."""
    rows = await database.fetch(f"{_RECORDS} WHERE u.id = $2", idle_seconds, int(user_id))
    return _record(rows[0]) if rows else None


async def logged_in(
    connection: Connection,
    *,
    user_id: Snowflake,
    username: str,
    display_name: str = "",
    avatar: str | None = None,
    locale: str | None = None,
) -> None:
    """Notes a login, with the names that Discord gave."""
    await fetch(
        connection,
        """WITH stored AS (
            INSERT INTO users (id, username, display_name, avatar, locale, created_at, last_login_at)
            VALUES ($1, $2, $3, $4, $5, now(), now())
            ON CONFLICT (id) DO UPDATE SET username = excluded.username, display_name = excluded.display_name,
                avatar = excluded.avatar, locale = excluded.locale, last_login_at = excluded.last_login_at
        ) SELECT 1""",
        user_id,
        username,
        display_name,
        avatar,
        locale,
    )


async def find_user(database: Database, user_id: int) -> UserRow | None:
    """The person as of their last login, or None."""
    return await UserRow.get_or_none(id=user_id, using_db=database.client)


async def faces_of(database: Database, user_ids: Sequence[int]) -> list[Face]:
    """Those of them who ever logged in."""
    rows = await UserRow.filter(id__in=user_ids).using_db(database.client)
    return [Face(Snowflake(row.id), row.display_name or row.username, row.avatar) for row in rows]


def _record(row: Record) -> UserRecord:
    return UserRecord(**{**row, "id": Snowflake(row["id"])})
