"""Lists of commands and audit rows for pages and the API: filtered, in pages, always by an index.

A guild's lists lead with the guild; `guild_id` ALL is for operators and goes by the id alone, NO_GUILD is what belongs
to none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from bus.envelopes import Actor
from bus.ids import Snowflake
from models.audit_words import AUDIT_WORDS, facts_query, words_query
from models.command_record import CommandRecord, record_from_row
from models.conditions import Conditions
from models.database import Database, Record
from models.outcome import CommandState
from models.paging import Page, decode_cursor, encode_cursor

__all__ = [
    "ALL",
    "NO_GUILD",
    "AllGuilds",
    "AuditEntry",
    "AuditFilter",
    "CommandFilter",
    "NoGuild",
    "audit_of",
    "children_of",
    "find_audit",
    "list_audit",
    "list_commands",
]

MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class AllGuilds:
    """Every guild's rows, and those of none."""


@dataclass(frozen=True, slots=True)
class NoGuild:
    """The rows of no guild."""


ALL = AllGuilds()
NO_GUILD = NoGuild()
Where = int | AllGuilds | NoGuild


@dataclass(frozen=True, slots=True)
class CommandFilter:
    """What to list; None leaves a condition out. `before` and `since` are moments of acceptance."""

    states: Sequence[CommandState] | None = None
    type: str | None = None
    actor_id: str | None = None
    subject: str | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to list; None leaves a condition out.

    `text` is words that begin as typed, `person_id` whom a line is about. Without `intents`, lines that were written
    before an effect are left out; `source`, `person_id` and `text` always leave them out: the lines that say how it
    ended hold the same words.
    """

    command_id: UUID | None = None
    type: str | None = None
    actor_id: str | None = None
    subject: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    source: str | None = None
    person_id: int | None = None
    text: str | None = None
    intents: bool = True

    @property
    def by_words(self) -> bool:
        """Whether the index of words is asked."""
        return not self.intents or any(value is not None for value in (self.source, self.person_id, self.text))


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit trail; as JSON it is what the API shows."""

    id: UUID
    guild_id: Snowflake | None
    command_id: UUID
    type: str
    phase: str
    at: datetime
    actor: Actor
    source: str
    correlation_id: UUID
    subject: str | None
    reason: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    detail: dict[str, Any] | None


async def list_commands(
    database: Database,
    guild_id: Where,
    where: CommandFilter | None = None,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[CommandRecord]:
    """Commands, newest first. Raises InvalidMessage for a bad cursor."""
    sql, values, limit = command_list_sql(guild_id, where or CommandFilter(), cursor, limit)
    records = [record_from_row(row) for row in await database.fetch(sql, *values)]
    return Page(records[:limit], encode_cursor(records[limit - 1].id) if len(records) > limit else None)


async def list_audit(
    database: Database,
    guild_id: Where,
    where: AuditFilter | None = None,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AuditEntry]:
    """Audit rows, newest first. Raises InvalidMessage for a bad cursor."""
    sql, values, limit = audit_list_sql(guild_id, where or AuditFilter(), cursor, limit)
    entries = [_entry(row) for row in await database.fetch(sql, *values)]
    return Page(entries[:limit], encode_cursor(entries[limit - 1].id) if len(entries) > limit else None)


async def find_audit(database: Database, guild_id: int, entry_id: UUID) -> AuditEntry | None:
    """One line of a guild, or None."""
    rows = await database.fetch("SELECT * FROM audit WHERE id = $1 AND guild_id = $2", entry_id, guild_id)
    return _entry(rows[0]) if rows else None


async def audit_of(database: Database, command_id: UUID) -> list[AuditEntry]:
    """All audit rows of one command, oldest first."""
    rows = await database.fetch("SELECT * FROM audit WHERE command_id = $1 ORDER BY id", command_id)
    return [_entry(row) for row in rows]


async def children_of(
    database: Database, parent_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[CommandRecord]:
    """A bulk's children, newest first. Raises InvalidMessage for a bad cursor."""
    rows = await database.fetch(
        "SELECT * FROM commands WHERE parent_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        parent_id,
        decode_cursor(cursor),
        limit + 1,
    )
    records = [record_from_row(row) for row in rows]
    return Page(records[:limit], encode_cursor(records[limit - 1].id) if len(records) > limit else None)


def command_list_sql(
    guild_id: Where, where: CommandFilter, cursor: str | None, limit: int
) -> tuple[str, list[Any], int]:
    """The statement of `list_commands`, its parameters, and the limit that applies."""
    conditions = _common(guild_id, where, cursor)
    conditions.add("state = ANY({}::text[])", None if where.states is None else list(where.states))
    return _newest(_rows("commands", conditions), conditions, limit)


def audit_list_sql(guild_id: Where, where: AuditFilter, cursor: str | None, limit: int) -> tuple[str, list[Any], int]:
    """The statement of `list_audit`, its parameters, and the limit that applies."""
    conditions = _common(guild_id, where, cursor)
    conditions.add("command_id = {}", where.command_id)
    if where.by_words:
        _add_words(conditions, guild_id, where)
    rows = _rows("audit", conditions)
    if where.text is not None and not isinstance(guild_id, int):
        # PostgreSQL takes any word for one line in a hundred, and would look for it from the newest on: for a rare one
        # through every guild's lines. OFFSET 0 keeps it from seeing that the newest alone are wanted.
        rows = f"SELECT * FROM ({rows} OFFSET 0) found"  # noqa: S608 - ours, no input
    return _newest(rows, conditions, limit)


def _add_words(conditions: Conditions, guild_id: Where, where: AuditFilter) -> None:
    conditions.always("phase <> 'intent'")
    if all(value is None for value in (where.type, where.source, where.person_id, where.text)):
        return
    guild = guild_id if isinstance(guild_id, int) else None
    facts = facts_query(guild_id=guild, type=where.type, source=where.source, person_id=where.person_id)
    conditions.add(AUDIT_WORDS + " @@ {}::text::tsquery", facts)
    if where.text is not None:
        words = words_query(where.text)
        conditions.add(AUDIT_WORDS + " @@ to_tsquery('simple', {})", words)
        if words is None:
            conditions.always("false")


def _common(guild_id: Where, where: CommandFilter | AuditFilter, cursor: str | None) -> Conditions:
    conditions = Conditions()
    conditions.add("guild_id = {}", guild_id if isinstance(guild_id, int) else None)
    if isinstance(guild_id, NoGuild):
        conditions.always("guild_id IS NULL")
    conditions.add("id < {}", decode_cursor(cursor))
    conditions.add("type = {}", where.type)
    conditions.add("actor_id = {}", where.actor_id)
    conditions.add("subject = {}", where.subject)
    # By the id, which is a moment, so that whole partitions are left out.
    conditions.add("id >= guildbus_uuid7_floor({}::timestamptz)", where.since)
    conditions.add("id < guildbus_uuid7_floor({}::timestamptz)", where.before)
    return conditions


def _rows(table: str, conditions: Conditions) -> str:
    return f"SELECT * FROM {table} WHERE {conditions}"  # noqa: S608 - ours, no input


def _newest(rows: str, conditions: Conditions, limit: int) -> tuple[str, list[Any], int]:
    bounded = max(1, min(limit, MAX_LIMIT))
    last = conditions.parameter(bounded + 1)
    return f"{rows} ORDER BY id DESC LIMIT {last}", conditions.values, bounded


def _entry(row: Record) -> AuditEntry:
    values = {name: row[name] for name in AuditEntry.__struct_fields__ if name != "actor"}
    for name in ("before", "after", "detail"):
        values[name] = None if row[name] is None else msgspec.json.decode(row[name])
    values["guild_id"] = None if row["guild_id"] is None else Snowflake(row["guild_id"])
    return AuditEntry(actor=Actor(row["actor_kind"], row["actor_id"], row["actor_name"]), **values)
