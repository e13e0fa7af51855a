# ruff: noqa: S608 - the SQL is put together from constants of ours; every value is a parameter
"""What was used how often, how it ended, how long it took, and what happened: by name and over time, for one guild.

Commands are counted from the ledger by its index of the guild and the id, which is a moment; events from the hours
that a projection counts. A range is bounded, so that what a question costs is bounded too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from bus.errors import InvalidMessage
from models.database import Database, Record
from models.outcome import CommandState

__all__ = [
    "ActivityBucket",
    "Bucket",
    "CommandBucket",
    "CommandUse",
    "EventBucket",
    "EventUse",
    "Span",
    "command_use",
    "command_use_over_time",
    "event_use",
    "event_use_over_time",
    "guild_activity",
]

Bucket = Literal["hour", "day", "week"]

LONGEST = timedelta(days=366)
MOST_BUCKETS = 1000
_MOST_NAMES = 200
_LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` until before `until`, in buckets that begin where `timezone`'s hours, days or weeks (Monday) do."""

    since: datetime
    until: datetime
    bucket: Bucket = "day"
    timezone: str = "UTC"

    def check(self) -> None:
        """Raises InvalidMessage for a span that ends before it begins, or is too long or too finely divided."""
        length = self.until - self.since
        if not timedelta(0) < length <= LONGEST:
            raise InvalidMessage(f"the range begins before it ends and is at most {LONGEST.days} days long")
        if length / _LENGTHS[self.bucket] > MOST_BUCKETS:
            raise InvalidMessage(
                f"the range holds more than {MOST_BUCKETS} times a {self.bucket}: ask for longer buckets"
            )


class CommandUse(msgspec.Struct, frozen=True, kw_only=True):
    """One command in a range: how many by state, and how long those took that ended, from issue to end."""

    type: str
    total: int
    states: dict[CommandState, int]
    people: int
    median_ms: float | None
    p95_ms: float | None


class CommandBucket(msgspec.Struct, frozen=True, kw_only=True):
    """Commands issued in one bucket, by the state that they are in now."""

    at: datetime
    total: int
    states: dict[CommandState, int]
    median_ms: float | None
    p95_ms: float | None


class EventUse(msgspec.Struct, frozen=True, kw_only=True):
    """Events of one type in a range."""

    type: str
    total: int


class EventBucket(msgspec.Struct, frozen=True, kw_only=True):
    """Events of one bucket by type."""

    at: datetime
    total: int
    types: dict[str, int]


class ActivityBucket(msgspec.Struct, frozen=True, kw_only=True):
    """What went on in one bucket: commands, events, and how many different people issued commands."""

    at: datetime
    commands: int
    events: int
    people: int


_TOOK = (
    "(ORDER BY GREATEST(extract(epoch FROM settled_at - issued_at), 0) * 1000) FILTER (WHERE settled_at IS NOT NULL)"
)
_COUNTS = f"""grouping(state) = 1 AS whole, count(*) AS total,
    count(DISTINCT actor_id) FILTER (WHERE actor_kind = 'user') AS people,
    percentile_cont(0.5) WITHIN GROUP {_TOOK} AS median_ms, percentile_cont(0.95) WITHIN GROUP {_TOOK} AS p95_ms"""
_IN_RANGE = """guild_id = $1
    AND id >= guildbus_uuid7_floor($2::timestamptz) AND id < guildbus_uuid7_floor($3::timestamptz)
    AND ($4::text IS NULL OR type = $4)"""

# Totals have no state: they are the rows where the grouping leaves it out.
COMMAND_USE = f"""
SELECT type, state, {_COUNTS}
FROM commands WHERE {_IN_RANGE}
GROUP BY GROUPING SETS ((type), (type, state))
ORDER BY type
"""
COMMANDS_OVER_TIME = f"""
SELECT date_trunc($5, issued_at, $6) AS at, state, {_COUNTS}
FROM commands WHERE {_IN_RANGE}
GROUP BY GROUPING SETS ((date_trunc($5, issued_at, $6)), (date_trunc($5, issued_at, $6), state))
"""
EVENT_USE = """
SELECT type, sum(count)::bigint AS total FROM event_counts
WHERE guild_id = $1 AND hour >= date_trunc('hour', $2::timestamptz) AND hour < $3
GROUP BY type ORDER BY total DESC, type
"""
EVENTS_OVER_TIME = """
SELECT date_trunc($4, hour, $5) AS at, type, sum(count)::bigint AS total FROM event_counts
WHERE guild_id = $1 AND hour >= date_trunc('hour', $2::timestamptz) AND hour < $3
GROUP BY 1, 2
"""
_BUCKETS = """
SELECT DISTINCT date_trunc($3, at, $4) AS at
FROM generate_series($1::timestamptz, $2::timestamptz - interval '1 microsecond', $5::interval) at
UNION SELECT date_trunc($3, $2::timestamptz - interval '1 microsecond', $4)
ORDER BY 1
"""


async def command_use(database: Database, guild_id: int, span: Span, *, type: str | None = None) -> list[CommandUse]:
    """Each command that was issued, the most frequent first. Raises InvalidMessage for the span."""
    span.check()
    rows = await database.fetch(COMMAND_USE, guild_id, span.since, span.until, type)
    used = [
        CommandUse(type=name, people=whole["people"], **_counted(whole, states))
        for name, whole, states in _by(rows, "type")
    ]
    return sorted(used, key=lambda one: (-one.total, one.type))[:_MOST_NAMES]


async def command_use_over_time(
    database: Database, guild_id: int, span: Span, *, type: str | None = None
) -> list[CommandBucket]:
    """Every bucket in order, those without commands too. Raises InvalidMessage for the span."""
    found = await _command_rows(database, guild_id, span, type)
    return [
        CommandBucket(at=at, **_counted(*found[at]))
        if at in found
        else CommandBucket(at=at, total=0, states={}, median_ms=None, p95_ms=None)
        for at in await _buckets(database, span)
    ]


async def event_use(database: Database, guild_id: int, span: Span) -> list[EventUse]:
    """Each type of event that came, the most frequent first; whole hours. Raises InvalidMessage for the span."""
    span.check()
    rows = await database.fetch(EVENT_USE, guild_id, span.since, span.until)
    return [EventUse(type=row["type"], total=row["total"]) for row in rows]


async def event_use_over_time(database: Database, guild_id: int, span: Span) -> list[EventBucket]:
    """Every bucket in order, those without events too. Raises InvalidMessage for the span."""
    found = await _event_rows(database, guild_id, span)
    return [
        EventBucket(at=at, total=sum(types.values()), types=types)
        for at in await _buckets(database, span)
        for types in [found.get(at, {})]
    ]


async def guild_activity(database: Database, guild_id: int, span: Span) -> list[ActivityBucket]:
    """Every bucket in order, quiet ones too. Raises InvalidMessage for the span."""
    commands = await _command_rows(database, guild_id, span, None)
    events = await _event_rows(database, guild_id, span)
    return [
        ActivityBucket(
            at=at,
            commands=commands[at][0]["total"] if at in commands else 0,
            events=sum(events.get(at, {}).values()),
            people=commands[at][0]["people"] if at in commands else 0,
        )
        for at in await _buckets(database, span)
    ]


async def _command_rows(
    database: Database, guild_id: int, span: Span, type: str | None
) -> dict[datetime, tuple[Record, dict[CommandState, int]]]:
    span.check()
    rows = await database.fetch(COMMANDS_OVER_TIME, guild_id, span.since, span.until, type, span.bucket, span.timezone)
    return {at: (whole, states) for at, whole, states in _by(rows, "at")}


async def _event_rows(database: Database, guild_id: int, span: Span) -> dict[datetime, dict[str, int]]:
    span.check()
    found: dict[datetime, dict[str, int]] = {}
    rows = await database.fetch(EVENTS_OVER_TIME, guild_id, span.since, span.until, span.bucket, span.timezone)
    for row in rows:
        found.setdefault(row["at"], {})[row["type"]] = row["total"]
    return found


async def _buckets(database: Database, span: Span) -> list[datetime]:
    """Where each bucket of the span begins: PostgreSQL knows when a time zone's days do."""
    step = _LENGTHS[span.bucket]
    rows = await database.fetch(_BUCKETS, span.since, span.until, span.bucket, span.timezone, step)
    return [row["at"] for row in rows]


def _by(rows: Iterable[Record], name: str) -> list[tuple[Any, Record, dict[CommandState, int]]]:
    """By the value of a column: the row of the total, and how many there are in each state."""
    totals: dict[Any, Record] = {}
    states: dict[Any, dict[CommandState, int]] = {}
    for row in rows:
        if row["whole"]:
            totals[row[name]] = row
        else:
            states.setdefault(row[name], {})[row["state"]] = row["total"]
    return [(value, whole, states.get(value, {})) for value, whole in totals.items()]


def _counted(whole: Record, states: dict[CommandState, int]) -> dict[str, Any]:
    return {
        "total": whole["total"],
        "states": dict(sorted(states.items())),
        "median_ms": _milliseconds(whole["median_ms"]),
        "p95_ms": _milliseconds(whole["p95_ms"]),
    }


def _milliseconds(value: Any) -> float | None:
    return None if value is None else round(float(value), 1)
