"""A stream made anew begins at offset 0: its new epoch tells every reader that old offsets mean nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from bus.topology import Stream, Topology
from models.database import Database
from models.tables.streams import StreamRow

__all__ = ["ensure_epochs", "renew_epochs", "streams_of"]


def streams_of(topology: Topology) -> list[str]:
    return [name for name, queue in topology.queues.items() if isinstance(queue, Stream)]


async def renew_epochs(database: Database, streams: Iterable[str], now: datetime) -> None:
    """Give each stream an epoch that it never had."""
    for name in streams:
        await StreamRow.update_or_create({"epoch": uuid4(), "created_at": now}, using_db=database.client, name=name)


async def ensure_epochs(database: Database, streams: Iterable[str], now: datetime) -> None:
    """Give each stream that has none its first epoch: the broker was there before this database."""
    for name in streams:
        await StreamRow.get_or_create({"epoch": uuid4(), "created_at": now}, using_db=database.client, name=name)
