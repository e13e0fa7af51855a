"""Counts what happens on Discord by hour and kind, for the pages that show how busy a server is."""

from __future__ import annotations

from collections.abc import Sequence

from bus.envelopes import Event
from models import event_counts
from models.database import Connection

__all__ = ["EventCounts"]


class EventCounts:
    """Each event counts once: the offset is stored in the transaction that adds it."""

    name = "event_counts"
    stream = "gateway"

    async def apply(self, connection: Connection, events: Sequence[Event]) -> None:
        await event_counts.count_events(connection, events)
