"""People who logged in."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bus.ids import Snowflake
from models.database import Database
from models.tables.people import UserRow

__all__ = ["Face", "faces_of", "find_user", "logged_in"]


class Face(msgspec.Struct, frozen=True):
    """How a person is shown."""

    id: Snowflake
    name: str
    avatar: str | None


async def logged_in(
    database: Database,
    *,
    user_id: Snowflake,
    username: str,
    display_name: str = "",
    avatar: str | None = None,
    locale: str | None = None,
) -> None:
    """Notes a login, with the names that Discord gave."""
    await database.fetch(
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
