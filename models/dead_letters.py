"""Messages that could not be handled: stored without secrets, listed, and marked when somebody dealt with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from bus.envelopes import Actor, Source
from bus.ids import Snowflake, derived_id
from models.database import Connection, Database, Record, fetch
from models.ledger_columns import json_text
from models.paging import Page, decode_cursor, encode_cursor

__all__ = [
    "DeadLetter",
    "LetterGroup",
    "find",
    "groups_of",
    "list_letters",
    "replay_id",
    "resolve",
    "safe_body",
    "safe_excerpt",
    "store",
    "was_replayed_as",
]

_MOST_GROUPS = 100

_EXCERPT_BYTES = 500
_TOKEN = re.compile(r'("token"\s*:\s*")[^"]*("?)')


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One dead letter; `body` is the message without `reply_to`, `raw_excerpt` what could not be read at all."""

    id: UUID
    guild_id: Snowflake | None
    command_id: UUID | None
    type: str = ""
    reason: str
    code: str
    body: dict[str, Any] | None = None
    raw_excerpt: str | None = None
    queue: str
    actor_kind: str | None = None
    actor_id: str | None = None
    first_at: datetime
    state: Literal["open", "replayed", "discarded"] = "open"
    replays: int = 0
    resolved_by: str | None = None
    resolved_at: datetime | None = None


class LetterGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Dead letters of one guild and state with one cause: the same code for the same command.

    `reason` and `newest_id` are the newest letter's; `readable` is how many hold a message that could be sent again.
    """

    code: str
    type: str
    count: int
    readable: int
    people: int
    first_at: datetime
    last_at: datetime
    newest_id: UUID
    reason: str


def safe_body(body: dict[str, Any]) -> dict[str, Any]:
    """The message without `reply_to`, which holds the interaction's token."""
    return {key: value for key, value in body.items() if key != "reply_to"}


def safe_excerpt(raw: bytes) -> str:
    """The beginning of a body that could not be read, without NUL and without what looks like a token."""
    text = raw[: _EXCERPT_BYTES * 4].decode(errors="replace").replace("\x00", "\N{SYMBOL FOR NULL}")
    return _TOKEN.sub(r"\1…\2", text)[:_EXCERPT_BYTES]


def replay_id(letter: DeadLetter) -> UUID:
    """The id of the command that the next replay of this letter issues: two clicks at once are one command."""
    return _replay_id(letter, letter.replays + 1)


def was_replayed_as(letter: DeadLetter, command_id: UUID) -> bool:
    """Whether one of the replays that are on record issued this command."""
    return any(_replay_id(letter, number) == command_id for number in range(1, letter.replays + 1))


def _replay_id(letter: DeadLetter, number: int) -> UUID:
    return derived_id(letter.first_at, "replay", letter.id, number)


async def store(database: Database, letter: DeadLetter) -> None:
    """Stores a dead letter once; a redelivered one changes nothing."""
    await database.fetch(
        """WITH stored AS (
            INSERT INTO dead_letters (id, guild_id, command_id, type, reason, code, body, raw_excerpt, queue,
                actor_kind, actor_id, first_at, state)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open') ON CONFLICT (id) DO NOTHING
        ) SELECT 1""",
        letter.id,
        letter.guild_id,
        letter.command_id,
        letter.type,
        letter.reason,
        letter.code,
        None if letter.body is None else json_text(safe_body(letter.body)),
        letter.raw_excerpt,
        letter.queue,
        letter.actor_kind,
        letter.actor_id,
        letter.first_at,
    )


async def resolve(
    connection: Connection,
    letter_id: UUID,
    state: Literal["replayed", "discarded"],
    *,
    by: Actor,
    source: Source,
    note_id: UUID,
) -> DeadLetter | None:
    """Marks a letter in the caller's transaction and returns it; None where it is unknown or was discarded before.

    A replayed letter may be replayed again (each one counts) or discarded. Who did it stands in the audit trail, as a
    note about the command that died, under the new id `note_id`.
    """
    rows = await fetch(
        connection,
        """WITH resolved AS (
            UPDATE dead_letters SET state = $2, replays = replays + ($2 = 'replayed')::int,
                resolved_by = $3 || ':' || $4, resolved_at = now()
            WHERE id = $1 AND state <> 'discarded' RETURNING *
        ), noted AS (
            INSERT INTO audit (id, guild_id, command_id, type, phase, at, actor_kind, actor_id, actor_name, source,
                correlation_id, reason, detail)
            SELECT $7, guild_id, COALESCE(command_id, id), COALESCE(NULLIF(type, ''), 'unreadable'), 'note', now(),
                $3, $4, $5, $6, COALESCE(command_id, id), 'The dead letter was ' || $2 || '.',
                jsonb_build_object('dead_letter', id, 'state', $2, 'code', code)
            FROM resolved
        ) SELECT * FROM resolved""",
        letter_id,
        state,
        by.kind,
        by.id,
        by.name,
        source,
        note_id,
    )
    return _letter(rows[0]) if rows else None


async def find(database: Database, letter_id: UUID) -> DeadLetter | None:
    """One dead letter, or None."""
    rows = await database.fetch("SELECT * FROM dead_letters WHERE id = $1", letter_id)
    return _letter(rows[0]) if rows else None


async def list_letters(
    connection: Connection,
    *,
    guild_ids: Sequence[int] | None = None,
    state: Literal["open", "replayed", "discarded"] = "open",
    code: str | None = None,
    type: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[DeadLetter]:
    """Newest first; `guild_ids` None lists all guilds' letters and those without one.

    Raises InvalidMessage for a bad cursor.
    """
    before = decode_cursor(cursor)
    rows = await fetch(
        connection,
        f"""SELECT * FROM dead_letters WHERE state = $1 AND id < $2
            AND ($4::text IS NULL OR code = $4) AND ($5::text IS NULL OR type = $5)
            {"" if guild_ids is None else "AND guild_id = ANY($6::bigint[])"}
        ORDER BY id DESC LIMIT $3""",  # noqa: S608 - a constant either way
        state,
        before,
        limit + 1,
        code,
        type,
        *(() if guild_ids is None else (list(guild_ids),)),
    )
    letters = [_letter(row) for row in rows]
    return Page(letters[:limit], encode_cursor(letters[limit - 1].id) if len(letters) > limit else None)


# Counted by person first: different people of thousands of letters would have to be sorted, and so would their reasons.
_GROUPS = """
WITH by_person AS (
    SELECT code, type, actor_id, count(*) AS count, count(body) AS readable, min(first_at) AS first_at,
        max(first_at) AS last_at, max(id::text) AS newest
    FROM dead_letters WHERE guild_id = $1 AND state = $2 GROUP BY code, type, actor_id
),
by_cause AS (
    SELECT code, type, sum(count)::bigint AS count, sum(readable)::bigint AS readable, count(actor_id) AS people,
        min(first_at) AS first_at, max(last_at) AS last_at, max(newest)::uuid AS newest_id
    FROM by_person GROUP BY code, type ORDER BY max(newest) DESC LIMIT $3
)
SELECT c.*, d.reason FROM by_cause c JOIN dead_letters d ON d.id = c.newest_id ORDER BY c.newest_id DESC
"""


async def groups_of(
    database: Database, guild_id: int, state: Literal["open", "replayed", "discarded"] = "open"
) -> list[LetterGroup]:
    """A guild's letters by cause, the cause with the newest letter first; at most 100 causes."""
    rows = await database.fetch(
        _GROUPS,
        int(guild_id),
        state,
        _MOST_GROUPS,
    )
    return [LetterGroup(**row) for row in rows]


def _letter(row: Record) -> DeadLetter:
    values = {name: row[name] for name in DeadLetter.__struct_fields__}
    guild_id = None if row["guild_id"] is None else Snowflake(row["guild_id"])
    body = None if row["body"] is None else msgspec.json.decode(row["body"])
    return DeadLetter(**(values | {"guild_id": guild_id, "body": body}))
