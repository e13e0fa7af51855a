"""How busy the platform is: commands of every guild by the minute, from the ledger's newest rows."""

from __future__ import annotations

from datetime import datetime

import msgspec

from models.database import Database

__all__ = ["Minute", "by_minute", "waiting_now"]

# The ids begin with the moment: only the newest rows are read, whatever the ledger holds.
_BY_MINUTE = """
SELECT minute, COALESCE(accepted, 0) AS accepted, COALESCE(ended, 0) AS ended, COALESCE(trouble, 0) AS trouble, p95_ms
FROM generate_series(
    date_trunc('minute', now()) - make_interval(mins => $1 - 1), date_trunc('minute', now()), interval '1 minute'
) AS minute
LEFT JOIN (
    SELECT date_trunc('minute', created_at) AS minute, count(*) AS accepted, count(settled_at) AS ended,
        count(*) FILTER (WHERE state IN ('failed', 'dead', 'in_doubt')) AS trouble,
        (percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM settled_at - created_at) * 1000)
            FILTER (WHERE settled_at IS NOT NULL))::float8 AS p95_ms
    FROM commands WHERE id >= guildbus_uuid7_floor(date_trunc('minute', now()) - make_interval(mins => $1 - 1))
    GROUP BY 1
) counted USING (minute)
ORDER BY minute
"""
_WAITING = """
SELECT state, count(*) AS count FROM commands
WHERE state IN ('queued', 'running', 'retrying') AND GREATEST(created_at, lease_until, next_attempt_at) IS NOT NULL
GROUP BY state
"""


class Minute(msgspec.Struct, frozen=True, kw_only=True):
    """Commands accepted in a minute, those that ended, those in trouble; `p95_ms` is from accepted to ended."""

    minute: datetime
    accepted: int
    ended: int
    trouble: int
    p95_ms: float | None


async def by_minute(database: Database, minutes: int = 15) -> list[Minute]:
    """The last `minutes`, the present one included, oldest first; a minute without commands is there with zeros."""
    return [Minute(**row) for row in await database.fetch(_BY_MINUTE, minutes)]


async def waiting_now(database: Database) -> dict[str, int]:
    """Commands that have not ended, by state."""
    return {row["state"]: row["count"] for row in await database.fetch(_WAITING)}
