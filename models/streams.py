"""The epoch of each stream: offsets mean something only together with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from models.database import Database
from models.tables.streams import StreamRow

__all__ = ["created_at", "epoch", "renew"]


async def epoch(database: Database, name: str) -> UUID:
    """The stream's epoch, made on first asking; the same for everybody who asks."""
    while True:
        [row] = await database.fetch(
            """WITH made AS (
                INSERT INTO streams (name, epoch, created_at) VALUES ($1, $2, clock_timestamp())
                ON CONFLICT DO NOTHING RETURNING epoch
            ) SELECT COALESCE((SELECT epoch FROM made), (SELECT epoch FROM streams WHERE name = $1)) AS epoch""",
            name,
            uuid4(),
        )
        if row["epoch"] is not None:  # None: made by another transaction after this statement's snapshot
            found: UUID = row["epoch"]
            return found


async def renew(database: Database, name: str) -> UUID:
    """A new epoch, because the stream was created anew: every offset kept from before is void."""
    fresh = uuid4()
    await database.fetch(
        """WITH stored AS (
            INSERT INTO streams (name, epoch, created_at) VALUES ($1, $2, clock_timestamp())
            ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, created_at = excluded.created_at
        ) SELECT 1""",
        name,
        fresh,
    )
    return fresh


async def created_at(database: Database, name: str) -> datetime | None:
    """When the stream's present epoch began, or None where nobody asked for it yet."""
    row = await StreamRow.get_or_none(name=name, using_db=database.client)
    return None if row is None else row.created_at
