"""Which processes are alive: each writes a heartbeat, and the share of Discord's limits follows from their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from models.database import Database
from models.ledger_columns import json_text
from models.tables.control import ProcessRow

__all__ = [
    "ALIVE_SECONDS",
    "ProcessKind",
    "ProcessStatus",
    "expire",
    "farewell",
    "heartbeat",
    "list_live",
    "live_count",
    "people_elsewhere",
]

ALIVE_SECONDS = 15.0
"""A process whose last heartbeat is older is taken for dead."""

ProcessKind = Literal["bot", "web", "worker", "all"]


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One process as the status page shows it; `control_version` is what it has read so far (X10)."""

    id: UUID
    kind: ProcessKind
    host: str
    pid: int
    version: str
    shard: int | None
    started_at: datetime
    heartbeat_at: datetime
    control_version: int
    details: Mapping[str, Any]


_HEARTBEAT = """WITH beat AS (
    INSERT INTO processes (id, kind, host, pid, version, shard, started_at, heartbeat_at, control_version, details)
    VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp(), clock_timestamp(), $7, $8)
    ON CONFLICT (id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at, control_version = excluded.control_version,
        details = excluded.details, shard = excluded.shard
) SELECT count(*) AS live FROM processes
WHERE kind = $2 AND heartbeat_at > clock_timestamp() - make_interval(secs => $9::float8) AND id <> $1"""


async def heartbeat(
    database: Database,
    *,
    id: UUID,
    kind: ProcessKind,
    host: str,
    pid: int,
    version: str,
    shard: int | None = None,
    control_version: int = 0,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Says that this process is alive; returns how many of its kind are, itself included."""
    text = json_text(dict(details or {}))
    values = (id, kind, host, pid, version, shard, control_version, text, ALIVE_SECONDS)
    [row] = await database.fetch(_HEARTBEAT, *values)
    return int(row["live"]) + 1


async def live_count(database: Database, kind: ProcessKind) -> int:
    """How many processes of a kind have a fresh heartbeat."""
    [row] = await database.fetch(
        "SELECT count(*) AS live FROM processes "
        "WHERE kind = $1 AND heartbeat_at > clock_timestamp() - make_interval(secs => $2::float8)",
        kind,
        ALIVE_SECONDS,
    )
    return int(row["live"])


async def list_live(database: Database) -> list[ProcessStatus]:
    """All live processes, by kind and start."""
    rows = await database.fetch(
        "SELECT id FROM processes WHERE heartbeat_at > clock_timestamp() - make_interval(secs => $1::float8)",
        ALIVE_SECONDS,
    )
    found = ProcessRow.filter(id__in=[row["id"] for row in rows]).using_db(database.client)
    return [
        ProcessStatus(
            id=row.id,
            kind=row.kind,  # type: ignore[arg-type]  # only `heartbeat` writes it
            host=row.host,
            pid=row.pid,
            version=row.version,
            shard=row.shard,
            started_at=row.started_at,
            heartbeat_at=row.heartbeat_at,
            control_version=row.control_version,
            details=row.details or {},
        )
        for row in await found.order_by("kind", "started_at")
    ]


async def people_elsewhere(database: Database, but: UUID) -> dict[int, frozenset[str]]:
    """Whose streams the other live web processes have, by guild: what each wrote as `here` into its details."""
    rows = await database.fetch(
        "SELECT details -> 'here' AS here FROM processes WHERE kind = 'web' AND id <> $1 "
        "AND heartbeat_at > clock_timestamp() - make_interval(secs => $2::float8) AND details ? 'here'",
        but,
        ALIVE_SECONDS,
    )
    found: dict[int, frozenset[str]] = {}
    for row in rows:
        for guild_id, people in msgspec.json.decode(row["here"]).items():
            found[int(guild_id)] = found.get(int(guild_id), frozenset()) | frozenset(people)
    return found


async def farewell(database: Database, id: UUID) -> None:
    """Takes a process off the list at once, on an orderly stop."""
    await ProcessRow.filter(id=id).using_db(database.client).delete()


async def expire(database: Database, older_than_seconds: float = 86_400.0) -> int:
    """Forgets processes whose last heartbeat is that old; returns how many."""
    [row] = await database.fetch(
        "WITH gone AS (DELETE FROM processes WHERE heartbeat_at < clock_timestamp() - make_interval(secs => $1::float8)"
        " RETURNING 1) SELECT count(*) AS gone FROM gone",
        older_than_seconds,
    )
    return int(row["gone"])
