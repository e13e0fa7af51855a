"""A member's record in a guild: warnings, notes, timeouts, kicks, bans and what lifted them, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast, get_args
from uuid import UUID

import msgspec

from bus.envelopes import Actor
from bus.ids import Snowflake
from models.database import Database, Record
from models.paging import Page, decode_key, encode_key

__all__ = [
    "CASE_KINDS",
    "Case",
    "CaseKind",
    "FoundCase",
    "cases_of",
    "counts_of",
    "find_cases",
    "kinds_of",
]

CaseKind = Literal["warning", "note", "timeout", "kick", "ban", "unban"]
CASE_KINDS: tuple[CaseKind, ...] = get_args(CaseKind)

_MOST = 200
_LOOKED_THROUGH = 5000
_NUMBER = 8
# Warnings and notes are rows of their own, which outlive the ledger's months; the ledger still knows who gave them.
_CASES = """
SELECT 'warning' AS kind, w.at, w.reason, w.command_id, COALESCE(c.actor_kind, 'user') AS actor_kind,
    w.moderator_id AS actor_id, COALESCE(c.actor_name, '') AS actor_name, NULL::jsonb AS options
FROM warnings w LEFT JOIN commands c ON c.id = w.command_id WHERE w.guild_id = $1 AND w.member_id = $2
UNION ALL
SELECT 'note', n.at, n.text, n.command_id, COALESCE(c.actor_kind, 'user'), n.moderator_id,
    COALESCE(c.actor_name, ''), NULL
FROM notes n LEFT JOIN commands c ON c.id = n.command_id WHERE n.guild_id = $1 AND n.member_id = $2
UNION ALL
SELECT split_part(c.type, '.', 2), c.issued_at, COALESCE(c.options ->> 'reason', ''), c.id, c.actor_kind, c.actor_id,
    c.actor_name, c.options
FROM commands c
WHERE c.guild_id = $1 AND c.subject = ANY($3::text[]) AND c.state = 'succeeded' AND NOT c.dry_run
    AND c.type IN ('moderation.timeout', 'moderation.kick', 'moderation.ban', 'moderation.unban')
ORDER BY at DESC LIMIT $4
"""
# Each kind's newest alone are looked through: a server's record grows without end, a search must not.
_SEARCH = """
WITH cases AS (
    (SELECT 'warning' AS kind, at, reason, command_id, member_id, moderator_id FROM warnings
        WHERE guild_id = $1 ORDER BY at DESC LIMIT $5)
    UNION ALL
    (SELECT 'note', at, text, command_id, member_id, moderator_id FROM notes
        WHERE guild_id = $1 ORDER BY at DESC LIMIT $5)
    UNION ALL
    (SELECT split_part(type, '.', 2), issued_at, COALESCE(options ->> 'reason', ''), id,
        (options ->> 'member')::bigint, actor_id
    FROM commands WHERE guild_id = $1 AND state = 'succeeded' AND NOT dry_run
        AND type IN ('moderation.timeout', 'moderation.kick', 'moderation.ban', 'moderation.unban')
    ORDER BY id DESC LIMIT $5)
)
SELECT s.*, c.options, COALESCE(c.actor_kind, 'user') AS actor_kind, s.moderator_id AS actor_id,
    COALESCE(c.actor_name, '') AS actor_name, n.name AS member_name
FROM cases s
LEFT JOIN persons p ON p.id = s.member_id AND p.erased_at IS NULL
LEFT JOIN members m ON m.guild_id = $1 AND m.person_id = s.member_id
CROSS JOIN LATERAL (
    SELECT COALESCE(NULLIF(m.nick, ''), NULLIF(p.display_name, ''), p.username, '') AS name
) n
LEFT JOIN commands c ON c.id = s.command_id
WHERE (
    right(s.command_id::text, 8) = $2 OR s.member_id::text = $2 OR s.reason ILIKE $3
    OR n.name ILIKE $3 OR p.username ILIKE $3
) AND ($6::timestamptz IS NULL OR (s.at, s.command_id) < ($6::timestamptz, $7::uuid))
ORDER BY s.at DESC, s.command_id DESC LIMIT $4
"""
_COUNTS = """
SELECT i.id, (SELECT count(*) FROM warnings w WHERE w.guild_id = $1 AND w.member_id = i.id) AS warnings,
    (SELECT count(*) FROM notes n WHERE n.guild_id = $1 AND n.member_id = i.id) AS notes
FROM unnest($2::bigint[]) AS i(id)
"""
_KINDS = """
SELECT 'warning' AS kind, count(*) FROM warnings w WHERE w.guild_id = $1 AND w.member_id = $2
UNION ALL SELECT 'note', count(*) FROM notes n WHERE n.guild_id = $1 AND n.member_id = $2
UNION ALL (
    SELECT split_part(c.type, '.', 2), count(*) FROM commands c
    WHERE c.guild_id = $1 AND c.subject = ANY($3::text[]) AND c.state = 'succeeded' AND NOT c.dry_run
        AND c.type IN ('moderation.timeout', 'moderation.kick', 'moderation.ban', 'moderation.unban')
    GROUP BY c.type
)
"""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a record; `number` is what people call it by, the end of its command's id; `minutes` is a
    timeout's length."""

    number: str
    kind: CaseKind
    at: datetime
    reason: str
    command_id: UUID
    actor: Actor
    minutes: int | None = None


class FoundCase(Case, frozen=True, kw_only=True):
    """A case by itself, with whom it is about; `member_name` is empty where nobody knows it (any more)."""

    member_id: Snowflake
    member_name: str


async def cases_of(database: Database, guild_id: int, person_id: int) -> list[Case]:
    """The newest 200 entries about a person, whether or not they are a member now."""
    rows = await database.fetch(_CASES, int(guild_id), int(person_id), _subjects(person_id), _MOST)
    return [_case(row) for row in rows]


async def find_cases(
    database: Database, guild_id: int, text: str, *, cursor: str | None = None, limit: int = 50
) -> Page[FoundCase]:
    """Cases by number (`1a2b3c4d` or `#1a2b3c4d`), by who they are about, or by words of the reason, newest first.

    Of each kind the newest 5000 are looked through. Raises InvalidMessage for a bad cursor.
    """
    wanted = text.strip().removeprefix("#").lower()
    pattern = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    after = (None, None) if cursor is None else decode_key(cursor, (datetime, UUID))
    rows = await database.fetch(_SEARCH, int(guild_id), wanted, pattern, limit + 1, _LOOKED_THROUGH, *after)
    cases = [_found(row) for row in rows[:limit]]
    last = None if len(rows) <= limit else encode_key((cases[-1].at.isoformat(), str(cases[-1].command_id)))
    return Page(cases, last)


async def kinds_of(database: Database, guild_id: int, person_id: int) -> dict[CaseKind, int]:
    """How many entries of each kind there are about a person, however many there are."""
    rows = await database.fetch(_KINDS, int(guild_id), int(person_id), _subjects(person_id))
    found = {row["kind"]: row["count"] for row in rows}
    return {kind: found.get(kind, 0) for kind in CASE_KINDS}


async def counts_of(database: Database, guild_id: int, person_ids: list[int]) -> dict[int, tuple[int, int]]:
    """(warnings, notes) of each person."""
    rows = await database.fetch(_COUNTS, int(guild_id), [int(id) for id in person_ids])
    return {row["id"]: (row["warnings"], row["notes"]) for row in rows}


def _subjects(person_id: int) -> list[str]:
    return [f"member:{int(person_id)}", f"member:{int(person_id)}:timeout"]


def _case(row: Record) -> Case:
    options: dict[str, Any] = msgspec.json.decode(row["options"]) if row["options"] else {}
    return Case(
        number=str(row["command_id"])[-_NUMBER:],
        kind=cast(CaseKind, row["kind"]),
        at=row["at"],
        reason=row["reason"],
        command_id=row["command_id"],
        actor=Actor(row["actor_kind"], row["actor_id"], row["actor_name"]),
        minutes=options.get("minutes"),
    )


def _found(row: Record) -> FoundCase:
    case = msgspec.structs.asdict(_case(row))
    return FoundCase(**case, member_id=Snowflake(row["member_id"]), member_name=row["member_name"])
