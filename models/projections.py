"""Readers of the stream: one at a time by a lease, each with its offset in the transaction of what it did.

The offset and the reader's own writes commit together, so that each event takes effect exactly once; the lease is
checked in that same transaction, so that a reader that was thought dead cannot write beside its successor.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from models.database import Connection, Database, fetch
from models.errors import LeaseLost

__all__ = ["Place", "acquire", "place", "release", "rewind", "store_offset"]


@dataclass(frozen=True, slots=True)
class Place:
    """The last offset whose effects are stored, under the stream's epoch; None before the first."""

    epoch: UUID | None
    stream_offset: int | None


_ACQUIRE = """WITH lease AS (
    INSERT INTO projections AS p (name, updated_at, lease_owner, lease_until)
    VALUES ($1, clock_timestamp(), $2, clock_timestamp() + make_interval(secs => $3::float8))
    ON CONFLICT (name) DO UPDATE SET lease_owner = excluded.lease_owner, lease_until = excluded.lease_until
    WHERE p.lease_owner IS NULL OR p.lease_owner = excluded.lease_owner OR p.lease_until < clock_timestamp()
    RETURNING epoch, stream_offset
) SELECT * FROM lease"""

_STORE = """WITH stored AS (
    UPDATE projections SET epoch = $3, stream_offset = $4, updated_at = clock_timestamp()
    WHERE name = $1 AND lease_owner = $2
        AND (epoch IS DISTINCT FROM $3 OR stream_offset IS NULL OR stream_offset < $4)
    RETURNING 1
) SELECT * FROM stored"""


async def acquire(database: Database, name: str, owner: UUID, lease_seconds: float) -> Place | None:
    """Takes or extends the lease; the place to go on from, or None while another reader has it.

    Where the place's epoch is not the stream's, the offset means nothing: begin at the stream's first message.
    """
    rows = await database.fetch(_ACQUIRE, name, owner, float(lease_seconds))
    return Place(rows[0]["epoch"], rows[0]["stream_offset"]) if rows else None


async def store_offset(connection: Connection, name: str, owner: UUID, *, epoch: UUID, stream_offset: int) -> None:
    """Notes in the caller's transaction that everything up to this offset took effect.

    Raises LeaseLost where another reader took over or came further: roll back.
    """
    if not await fetch(connection, _STORE, name, owner, epoch, stream_offset):
        raise LeaseLost(f"projection {name!r} is read by another process by now; nothing was stored")


async def release(database: Database, name: str, owner: UUID) -> None:
    """Gives the lease back on an orderly stop, so that the next reader need not wait for it to run out."""
    await database.fetch(
        "WITH freed AS (UPDATE projections SET lease_owner = NULL, lease_until = NULL "
        "WHERE name = $1 AND lease_owner = $2) SELECT 1",
        name,
        owner,
    )


async def rewind(connection: Connection, name: str) -> None:
    """Forgets the offset in the caller's transaction, so that the stream is read again from its beginning."""
    await fetch(
        connection,
        "WITH rewound AS (UPDATE projections SET epoch = NULL, stream_offset = NULL WHERE name = $1) SELECT 1",
        name,
    )


async def place(database: Database, name: str) -> Place | None:
    """Where a projection is at present; None where it never ran."""
    rows = await database.fetch("SELECT epoch, stream_offset FROM projections WHERE name = $1", name)
    return Place(rows[0]["epoch"], rows[0]["stream_offset"]) if rows else None
