"""Runs one projection: by a lease, in order, exactly once, at its own pace."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Protocol
from uuid import UUID

from loguru import logger

from bus import codec
from bus.envelopes import Event
from bus.errors import InvalidMessage
from bus.transport import StreamEntry, StreamOffset, Transport
from models import projections, streams
from models.database import Connection, Database
from models.errors import LeaseLost
from models.projections import Place
from models.sqlstate import is_unfit
from workers.outages import Outage

__all__ = ["Projection", "ProjectionRunner", "start_offset"]

_LEASE_SECONDS = 30.0
_RENEW_EVERY_SECONDS = 5.0
_BATCH = 200
_GATHER_SECONDS = 0.02
_AGAIN_SECONDS = 5.0


class Projection(Protocol):
    """A reader of events; `apply` writes in the transaction that stores the offset."""

    @property
    def name(self) -> str: ...

    @property
    def stream(self) -> str:
        """What it reads: `gateway`, or `live` where it needs results too."""
        ...

    async def apply(self, connection: Connection, events: Sequence[Event]) -> None: ...


def start_offset(place: Place, epoch: UUID) -> StreamOffset:
    """Where to go on reading: after what is stored, or at the beginning of a stream that was made anew."""
    if place.epoch != epoch or place.stream_offset is None:
        return "first"
    return place.stream_offset + 1


class ProjectionRunner:
    """Waits for the lease, reads, stores; gives way where another process took over."""

    def __init__(self, projection: Projection, *, transport: Transport, database: Database, owner: UUID) -> None:
        self._projection = projection
        self._transport = transport
        self._database = database
        self._owner = owner

    async def run(self) -> None:
        name = self._projection.name
        outage = Outage(f"Projection {name} stopped, trying again")
        try:
            while True:
                try:
                    place = await projections.acquire(self._database, name, self._owner, _LEASE_SECONDS)
                    outage.over()
                    if place is not None:
                        await self._read_from(place)
                except LeaseLost as error:
                    logger.warning("{}", error)
                except Exception as error:
                    outage.failed(error)
                await asyncio.sleep(_AGAIN_SECONDS)
        finally:
            await self._release()

    async def _release(self) -> None:
        try:
            async with asyncio.timeout(2):
                await projections.release(self._database, self._projection.name, self._owner)
        except Exception as error:
            logger.debug("The lease of {} was not given back: {}", self._projection.name, error)

    async def _read_from(self, place: Place) -> None:
        """Returns when the stream was made anew; raises LeaseLost."""
        epoch = await streams.epoch(self._database, self._projection.stream)
        offset = start_offset(place, epoch)
        ends = await self._transport.stream_ends(self._projection.stream)
        if isinstance(offset, int) and ends is not None and offset > ends[1] + 1:
            # The stream is shorter than what was read: it was made anew, and nobody said so.
            logger.warning("Projection {} is ahead of the stream; it reads from the beginning", self._projection.name)
            offset = "first"
        entries: asyncio.Queue[StreamEntry] = asyncio.Queue(maxsize=2 * _BATCH)
        reading = asyncio.create_task(self._fill(entries, offset))
        storing = asyncio.create_task(self._store_batches(entries, epoch))
        try:
            await asyncio.wait((reading, storing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, storing):
                task.cancel()
            ended = await asyncio.gather(reading, storing, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _fill(self, entries: asyncio.Queue[StreamEntry], offset: StreamOffset) -> None:
        async with aclosing(self._transport.follow(self._projection.stream, offset=offset)) as followed:  # type: ignore[type-var]
            async for entry in followed:
                await entries.put(entry)

    async def _store_batches(self, entries: asyncio.Queue[StreamEntry], epoch: UUID) -> None:
        while True:
            batch: list[StreamEntry] = []
            try:
                async with asyncio.timeout(_RENEW_EVERY_SECONDS):
                    batch.append(await entries.get())
                await asyncio.sleep(_GATHER_SECONDS)
            except TimeoutError:
                pass
            while len(batch) < _BATCH and not entries.empty():
                batch.append(entries.get_nowait())
            if await projections.acquire(self._database, self._projection.name, self._owner, _LEASE_SECONDS) is None:
                raise LeaseLost(f"projection {self._projection.name!r} is read by another process by now")
            if await streams.epoch(self._database, self._projection.stream) != epoch:
                return
            if batch:
                await self._store(batch, epoch)

    async def _store(self, batch: Sequence[StreamEntry], epoch: UUID) -> None:
        """Where an event cannot be applied, halves of its batch, down to the one that is at fault: it is left out."""
        try:
            await self._store_together(batch, epoch)
        except Exception as error:
            if not _is_at_fault(error):
                raise
            if len(batch) > 1:
                middle = len(batch) // 2
                await self._store(batch[:middle], epoch)
                await self._store(batch[middle:], epoch)
                return
            logger.opt(exception=error).error("{} leaves out entry {}", self._projection.name, batch[0].offset)
            await self._store_together(batch, epoch, leave_out=True)

    async def _store_together(self, batch: Sequence[StreamEntry], epoch: UUID, *, leave_out: bool = False) -> None:
        events = [] if leave_out else [event for event in map(_event_of, batch) if event is not None]
        async with self._database.transaction() as connection:
            if events:
                await self._projection.apply(connection, events)
            await projections.store_offset(
                connection, self._projection.name, self._owner, epoch=epoch, stream_offset=batch[-1].offset
            )


def _is_at_fault(error: Exception) -> bool:
    """Whether it is the event that cannot be applied, and not the database that is away or the lease that is lost."""
    return is_unfit(error) or isinstance(error, ValueError | TypeError | LookupError | OverflowError | InvalidMessage)


def _event_of(entry: StreamEntry) -> Event | None:
    """The event, or None for an entry that is none: one bad entry must not stop all that come after it."""
    try:
        return codec.decode(codec.decompress(entry.body, entry.content_encoding), Event)
    except InvalidMessage as error:
        logger.error("Entry {} of the stream is no event: {}", entry.offset, error)
        return None
