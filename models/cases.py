"""A member's record in a guild: warnings, notes, timeouts, kicks, bans and what lifted them, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

import msgspec

from bus.envelopes import Actor
from models.database import Database, Record

__all__ = ["Case", "CaseKind", "cases_of", "counts_of"]

CaseKind = Literal["warning", "note", "timeout", "kick", "ban", "unban"]

_MOST = 200
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
_COUNTS = """
SELECT i.id, (SELECT count(*) FROM warnings w WHERE w.guild_id = $1 AND w.member_id = i.id) AS warnings,
    (SELECT count(*) FROM notes n WHERE n.guild_id = $1 AND n.member_id = i.id) AS notes
FROM unnest($2::bigint[]) AS i(id)
"""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a record; `minutes` is a timeout's length."""

    kind: CaseKind
    at: datetime
    reason: str
    command_id: UUID
    actor: Actor
    minutes: int | None = None


async def cases_of(database: Database, guild_id: int, person_id: int) -> list[Case]:
    """The newest 200 entries about a person, whether or not they are a member now."""
    subjects = [f"member:{int(person_id)}", f"member:{int(person_id)}:timeout"]
    rows = await database.fetch(_CASES, int(guild_id), int(person_id), subjects, _MOST)
    return [_case(row) for row in rows]


async def counts_of(database: Database, guild_id: int, person_ids: list[int]) -> dict[int, tuple[int, int]]:
    """(warnings, notes) of each person."""
    rows = await database.fetch(_COUNTS, int(guild_id), [int(id) for id in person_ids])
    return {row["id"]: (row["warnings"], row["notes"]) for row in rows}


def _case(row: Record) -> Case:
    options: dict[str, Any] = msgspec.json.decode(row["options"]) if row["options"] else {}
    return Case(
        kind=cast(CaseKind, row["kind"]),
        at=row["at"],
        reason=row["reason"],
        command_id=row["command_id"],
        actor=Actor(row["actor_kind"], row["actor_id"], row["actor_name"]),
        minutes=options.get("minutes"),
    )
