"""Events of a guild, counted by hour and type in the transaction of whoever reads the stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bus.envelopes import Event
from models.database import Connection, Database, fetch

__all__ = ["count_events", "expire", "is_counted"]

_ADD = """WITH added AS (
    INSERT INTO event_counts AS c (guild_id, hour, type, count)
    SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::bigint[])
    ON CONFLICT (guild_id, hour, type) DO UPDATE SET count = c.count + excluded.count
) SELECT 1"""


def is_counted(event: Event) -> bool:
    """What happened on Discord: the ledger counts commands, and a snapshot is nothing that happened."""
    return event.guild_id is not None and not event.type.startswith("command.") and not event.type.endswith(".snapshot")


async def count_events(connection: Connection, events: Sequence[Event]) -> None:
    """Adds the events to their hours (UTC, by the events' own time)."""
    counts = Counter(
        (int(event.guild_id), event.timestamp.replace(minute=0, second=0, microsecond=0), event.type)
        for event in events
        if event.guild_id is not None and is_counted(event)
    )
    if counts:
        guilds, hours, types = zip(*sorted(counts), strict=True)
        await fetch(connection, _ADD, list(guilds), list(hours), list(types), [counts[key] for key in sorted(counts)])


async def expire(database: Database, before: datetime) -> int:
    """Forgets hours before this moment; returns how many rows."""
    [row] = await database.fetch(
        "WITH gone AS (DELETE FROM event_counts WHERE hour < $1 RETURNING 1) SELECT count(*) AS gone FROM gone", before
    )
    return int(row["gone"])
