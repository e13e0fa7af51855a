"""Bulks: one parent command, many children of which only a few are under way at a time.

A bulk has the id of the command that started it. Children are written to the ledger, as `queued`, in the transaction
that counts them as begun: a sweeper finds what was not published. They are counted as done or failed in the statement
that settles them (`models.ledger_effects_sql`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from bus import codec
from bus.envelopes import Actor, Command
from bus.errors import InvalidMessage
from bus.ids import Snowflake, derived_id, id_time
from models.catalogue import Catalogue
from models.database import Connection, Database, Record, fetch
from models.ledger_columns import COMMAND_COLUMNS, as_arrays, command_values, json_text
from models.ledger_queue_sql import RECORD
from models.outcome import FINAL_STATES
from models.paging import Page, decode_cursor, encode_cursor

__all__ = [
    "IN_FLIGHT", "STARTS", "Bulk", "BulkState", "Change", "Target", "begin_children", "bulks_of_late", "change_bulk",
    "get_bulk", "list_bulks", "lock_bulk", "start_bulk", "state_of", "targets_that_failed",
]  # fmt: skip

BulkState = Literal["running", "paused", "cancelled", "finished"]
Change = Literal["pause", "resume", "cancel"]

IN_FLIGHT = 20
"""So many children of one bulk are under way: enough to keep workers busy, few enough that a pause is soon felt."""

STARTS = frozenset(("bulk.start", "bulk.retry"))
"""The commands that start one."""

_BULKS_AT_ONCE = 20
_SHOWN_AT_ONCE = 10
_FAILED = sorted(FINAL_STATES - {"succeeded"})

_START = """
WITH started AS (
    INSERT INTO bulks (command_id, guild_id, type, options, targets, total)
    VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6)
    ON CONFLICT (command_id) DO NOTHING RETURNING 1
)
SELECT count(*) FROM started
"""
_ROOM = """
SELECT b.type AS child_type, b.options AS child_options, b.targets, b.started, b.total, b.in_flight, c.*
FROM bulks b JOIN commands c ON c.id = b.command_id
WHERE b.started < b.total AND NOT b.paused AND NOT b.cancelled AND b.in_flight < $1
ORDER BY b.command_id LIMIT $2 FOR UPDATE OF b SKIP LOCKED
"""
_BEGUN = """
WITH begun AS (
    UPDATE bulks SET started = started + $2, in_flight = in_flight + $2 WHERE command_id = $1 RETURNING 1
)
SELECT count(*) FROM begun
"""
_CHANGES: dict[Change, str] = {
    "pause": "paused = true",
    "resume": "paused = false",
    "cancel": "cancelled = true",
}
_READ = """
SELECT b.command_id, b.guild_id, b.type, b.options, b.total, b.started, b.in_flight, b.done, b.failed, b.paused,
    b.cancelled, c.actor_kind, c.actor_id, c.actor_name, c.issued_at
FROM bulks b JOIN commands c ON c.id = b.command_id
"""
_CHANGE = """
WITH changed AS (UPDATE bulks SET {change} WHERE command_id = $1 RETURNING 1) SELECT count(*) FROM changed
"""
_OF_LATE = f"""{_READ} WHERE b.guild_id = $1 AND (
    b.command_id >= guildbus_uuid7_floor($2::timestamptz) OR b.in_flight > 0
    OR (b.started < b.total AND NOT b.cancelled))
ORDER BY b.command_id DESC LIMIT {_SHOWN_AT_ONCE}"""
_LOCKED = f"{_READ} WHERE b.command_id = $1 AND b.guild_id IS NOT DISTINCT FROM $2 FOR UPDATE OF b"
_FAILED_CHILDREN = "SELECT id FROM commands WHERE parent_id = $1 AND state = ANY($2::text[])"


class Target(msgspec.Struct, frozen=True, omit_defaults=True):
    """One child: what its options have besides the bulk's, and its guild where that is not the bulk's."""

    options: dict[str, Any]
    guild_id: Snowflake | None = None


class Bulk(msgspec.Struct, frozen=True, kw_only=True):
    """How far a bulk is. `done` succeeded, `failed` ended otherwise; `total` counts those not begun too."""

    id: UUID
    guild_id: Snowflake | None
    command: str
    options: dict[str, Any]
    state: BulkState
    total: int
    begun: int
    in_flight: int
    done: int
    failed: int
    actor: Actor
    issued_at: datetime


def state_of(*, total: int, begun: int, in_flight: int, paused: bool, cancelled: bool) -> BulkState:
    """What stands of a bulk: called off or all begun, it runs until the last child has ended."""
    if in_flight == 0 and (cancelled or begun == total):
        return "cancelled" if begun < total else "finished"
    if cancelled:
        return "cancelled"
    return "paused" if paused and begun < total else "running"


async def start_bulk(
    connection: Connection,
    *,
    command_id: UUID,
    guild_id: Snowflake | None,
    type: str,
    options: dict[str, Any],
    targets: Sequence[Target],
) -> None:
    """Writes the bulk in the transaction of the command that starts it; its children are begun from then on."""
    values = (json_text(options), codec.encode(list(targets)).decode(), len(targets))
    await fetch(connection, _START, command_id, guild_id, type, *values)


async def begin_children(database: Database, catalogue: Catalogue, now: datetime) -> list[Command]:
    """Children for which there is room, counted as begun and written to the ledger; the caller publishes them.

    Several workers share the work: a bulk that one of them looks at is passed over by the others.
    """
    async with database.transaction() as connection:
        begun: list[Command] = []
        for row in await fetch(connection, _ROOM, IN_FLIGHT, _BULKS_AT_ONCE):
            children = _next_children(row, catalogue, now)
            await fetch(connection, _BEGUN, row["id"], len(children))
            begun += children
        if begun:
            values = [command_values(child, child.subject) for child in sorted(begun, key=lambda one: one.id)]
            await fetch(connection, RECORD, *as_arrays(values, len(COMMAND_COLUMNS)))
    return begun


async def lock_bulk(connection: Connection, bulk_id: UUID, guild_id: Snowflake | None) -> Bulk | None:
    """The bulk as it stands until the transaction ends, or None where the guild has no such bulk."""
    rows = await fetch(connection, _LOCKED, bulk_id, guild_id)
    return _bulk(rows[0]) if rows else None


async def change_bulk(connection: Connection, bulk_id: UUID, what: Change) -> None:
    """Pauses, resumes or calls off a bulk that `lock_bulk` gave."""
    await fetch(connection, _CHANGE.format(change=_CHANGES[what]), bulk_id)


async def targets_that_failed(connection: Connection, bulk_id: UUID) -> list[Target]:
    """Those whose child ended otherwise than succeeded, in the bulk's order."""
    [row] = await fetch(connection, "SELECT targets, started FROM bulks WHERE command_id = $1", bulk_id)
    failed = {one["id"] for one in await fetch(connection, _FAILED_CHILDREN, bulk_id, _FAILED)}
    targets = _targets(row)
    return [target for index, target in enumerate(targets[: row["started"]]) if _child_id(bulk_id, index) in failed]


async def get_bulk(database: Database, bulk_id: UUID, guild_id: Snowflake | None) -> Bulk | None:
    """One bulk of a guild (None: of no guild in particular)."""
    sql = f"{_READ} WHERE b.command_id = $1 AND b.guild_id IS NOT DISTINCT FROM $2"
    rows = await database.fetch(sql, bulk_id, guild_id)
    return _bulk(rows[0]) if rows else None


async def list_bulks(
    database: Database, guild_id: Snowflake, *, cursor: str | None = None, limit: int = 50
) -> Page[Bulk]:
    """A guild's bulks, newest first. Raises InvalidMessage for a bad cursor."""
    sql = f"{_READ} WHERE b.guild_id = $1 AND b.command_id < $2 ORDER BY b.command_id DESC LIMIT $3"
    rows = await database.fetch(sql, guild_id, decode_cursor(cursor), limit + 1)
    bulks = [_bulk(row) for row in rows[:limit]]
    return Page(bulks, encode_cursor(bulks[-1].id) if len(rows) > limit else None)


async def bulks_of_late(database: Database, guild_id: int, *, since: datetime) -> list[Bulk]:
    """A guild's bulks that are not over, and those that were started since, newest first; ten at most."""
    return [_bulk(row) for row in await database.fetch(_OF_LATE, guild_id, since)]


def _next_children(row: Record, catalogue: Catalogue, now: datetime) -> list[Command]:
    """As many as there is room for. They act for who started the bulk, and are judged like any command of theirs."""
    targets = _targets(row)
    shared = msgspec.json.decode(row["child_options"])
    first = row["started"]
    last = min(row["total"], first + IN_FLIGHT - row["in_flight"])
    return [_child(row, index, targets[index], shared, catalogue, now) for index in range(first, last)]


def _child(
    row: Record, index: int, target: Target, shared: dict[str, Any], catalogue: Catalogue, now: datetime
) -> Command:
    options = {**shared, **target.options}
    guild_id = target.guild_id if target.guild_id is not None else _snowflake(row["guild_id"])
    return Command(
        id=_child_id(row["id"], index),
        type=row["child_type"],
        guild_id=guild_id,
        subject=_subject(catalogue, row["child_type"], options),
        actor=_actor(row),
        source=row["source"],
        lane="bulk",
        correlation_id=row["correlation_id"],
        causation_id=row["id"],
        parent_id=row["id"],
        issued_at=now,
        options=options,
    )


def _subject(catalogue: Catalogue, type_: str, options: dict[str, Any]) -> str | None:
    """None for what this process cannot read (any more): whoever receives it says so, and other bulks go on."""
    try:
        return catalogue.parse(type_, options).subject_of()
    except InvalidMessage:
        return None


def _targets(row: Record) -> list[Target]:
    return codec.decode(row["targets"].encode(), list[Target])


def _child_id(bulk_id: UUID, index: int) -> UUID:
    return derived_id(id_time(bulk_id), "bulk", bulk_id, index)


def _bulk(row: Record) -> Bulk:
    counts = {"total": row["total"], "begun": row["started"], "in_flight": row["in_flight"]}
    return Bulk(
        id=row["command_id"],
        guild_id=_snowflake(row["guild_id"]),
        command=row["type"],
        options=msgspec.json.decode(row["options"]),
        state=state_of(**counts, paused=row["paused"], cancelled=row["cancelled"]),
        done=row["done"],
        failed=row["failed"],
        actor=_actor(row),
        issued_at=row["issued_at"],
        **counts,
    )


def _actor(row: Record) -> Actor:
    return Actor(kind=row["actor_kind"], id=row["actor_id"], name=row["actor_name"])


def _snowflake(value: int | None) -> Snowflake | None:
    return None if value is None else Snowflake(value)
