"""Whom the platform knows of in a guild: its members, and who left with a record there."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bus.ids import Snowflake
from models.database import Database, Record
from models.outcome import CommandState
from models.paging import Page, decode_key, encode_key

__all__ = ["KnownPerson", "UserActivity", "activity_of", "find_known", "list_known"]

# Kicks and bans are known by the ledger alone; warnings and notes have tables that outlive it. Who was only warned or
# noted about may never have been here: naming an id is no way to learn whose it is, so that such a one has no name.
_KNOWN = """
SELECT m.person_id AS id, p.username, COALESCE(NULLIF(m.nick, ''), NULLIF(p.display_name, ''), p.username) AS name,
    p.avatar, p.bot, true AS member
FROM members m JOIN persons p ON p.id = m.person_id
WHERE m.guild_id = $1
UNION ALL
SELECT r.id, COALESCE(p.username, ''), COALESCE(NULLIF(p.display_name, ''), p.username, r.id::text), p.avatar,
    COALESCE(p.bot, false), false
FROM (
    SELECT id, bool_or(was_here) AS was_here FROM (
        SELECT w.member_id AS id, false AS was_here FROM warnings w WHERE w.guild_id = $1
        UNION SELECT n.member_id, false FROM notes n WHERE n.guild_id = $1
        UNION SELECT CASE WHEN c.subject ~ '^member:[0-9]+$' THEN substr(c.subject, 8)::bigint END, true
        FROM commands c
        WHERE c.guild_id = $1 AND c.type IN ('moderation.kick', 'moderation.ban') AND c.state = 'succeeded'
            AND NOT c.dry_run
    ) entries WHERE id IS NOT NULL GROUP BY id
) r LEFT JOIN persons p ON p.id = r.id AND p.erased_at IS NULL AND (r.was_here OR EXISTS (
    SELECT 1 FROM commands c WHERE c.guild_id = $1 AND c.actor_id = r.id::text AND c.actor_kind = 'user'
))
WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.guild_id = $1 AND m.person_id = r.id)
"""
_LIST = f"""
SELECT * FROM ({_KNOWN}) known
WHERE ($2 = '' OR username ILIKE $3 OR name ILIKE $3 OR id::text = $2)
    AND ($5::text IS NULL OR (lower(name), id) > ($5::text, $6::bigint))
ORDER BY lower(name), id LIMIT $4
"""  # noqa: S608 - a constant
_FIND = f"SELECT * FROM ({_KNOWN}) known WHERE id = $2"  # noqa: S608 - a constant
_ACTIVITY = """
SELECT state, count(*) AS count, max(created_at) AS last_at FROM commands
WHERE guild_id = $1 AND actor_id = $2 AND actor_kind = 'user' AND id >= guildbus_uuid7_floor($3::timestamptz)
GROUP BY state
"""


class KnownPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is a member, or left with a record; `name` is what the server shows, or the id."""

    id: Snowflake
    username: str
    name: str
    avatar: str | None
    bot: bool
    member: bool


class UserActivity(msgspec.Struct, frozen=True, kw_only=True):
    """What a person started in a guild since then: commands by the state that they are in."""

    since: datetime
    commands: int
    states: dict[CommandState, int]
    last_at: datetime | None


async def list_known(
    database: Database, guild_id: int, search: str, *, cursor: str | None = None, limit: int
) -> Page[KnownPerson]:
    """By name; `search` is a part of a name, or a whole id. Raises InvalidMessage for a bad cursor."""
    wanted = search.strip()[:100]
    pattern = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    after = (None, None) if cursor is None else decode_key(cursor, (str, int))
    rows = await database.fetch(_LIST, int(guild_id), wanted, pattern, limit + 1, *after)
    people = [_person(row) for row in rows[:limit]]
    last = None if len(rows) <= limit else encode_key((people[-1].name.lower(), int(people[-1].id)))
    return Page(people, last)


async def find_known(database: Database, guild_id: int, person_id: int) -> KnownPerson | None:
    """None for who never was here, and who left without a record."""
    rows = await database.fetch(_FIND, int(guild_id), int(person_id))
    return _person(rows[0]) if rows else None


async def activity_of(database: Database, guild_id: int, person_id: int, since: datetime) -> UserActivity:
    """Nothing for who started nothing."""
    rows = await database.fetch(_ACTIVITY, int(guild_id), str(int(person_id)), since)
    states: dict[CommandState, int] = {row["state"]: row["count"] for row in rows}
    last_at = max((row["last_at"] for row in rows), default=None)
    return UserActivity(since=since, commands=sum(states.values()), states=states, last_at=last_at)


def _person(row: Record) -> KnownPerson:
    return KnownPerson(**{**row, "id": Snowflake(row["id"])})
