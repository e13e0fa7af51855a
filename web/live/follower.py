"""The one reader of the stream in this process: stream → ring → sessions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from loguru import logger

from bus.clock import Clock
from bus.errors import InvalidMessage
from bus.transport import StreamEntry, Transport
from models.events import GuildLeave
from web.live.encoding import read_entry
from web.live.hub import Hub
from web.live.recent_ids import RecentIds
from web.live.ring import Ring
from web.live.seek import closing_entries, offset_since
from web.live.watch import decide_stream_state

__all__ = ["STREAM", "Epochs", "Follower"]

STREAM = "live"
_DEDUPE_MARGIN = timedelta(minutes=10)
"""Read so much more than the ring keeps: what came twice must be recognised by every process alike."""


class Epochs(Protocol):
    """The stored epoch of a stream, 32 hexadecimal digits."""

    async def current(self, stream: str) -> str: ...

    async def renew(self, stream: str, old: str) -> str:
        """Replace `old` (once, however many processes ask) and return what is stored now."""
        ...


class Follower:
    """Keeps the ring filled and hands every event to the hub, for as long as `run` runs."""

    def __init__(
        self,
        *,
        transport: Transport,
        epochs: Epochs,
        ring: Ring,
        hub: Hub,
        clock: Clock,
        keep_seconds: float,
        check_seconds: float = 5.0,
        retry_seconds: float = 1.0,
        guild_left: Callable[[int], None] = lambda guild_id: None,
    ) -> None:
        self._transport = transport
        self._epochs = epochs
        self._ring = ring
        self._hub = hub
        self._clock = clock
        self._keep = timedelta(seconds=keep_seconds)
        self._check_seconds = check_seconds
        self._retry_seconds = retry_seconds
        self._guild_left = guild_left
        self._recent = RecentIds()
        self._load_until = -1
        self.loaded = asyncio.Event()
        self.trouble = "not started"
        self.skipped = 0

    async def run(self) -> None:
        """Read until cancelled. Trouble with broker or database is logged, shown by /readyz, and tried again."""
        while True:
            try:
                await self._follow_once()
            except Exception as error:  # broker and database each have their own errors; none may end the feed
                self._failed(error)
            await asyncio.sleep(self._retry_seconds)

    def _failed(self, error: Exception) -> None:
        trouble = f"{type(error).__name__}: {error}"
        # Once, and not every second for as long as it lasts.
        logger.log("DEBUG" if trouble == self.trouble else "WARNING", "the live stream cannot be read: {}", trouble)
        self.trouble = trouble

    async def _follow_once(self) -> None:
        start = await self._start()
        reading = asyncio.create_task(self._read(start))
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.wait((reading, watching), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, watching):
                task.cancel()
            results = await asyncio.gather(reading, watching, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _start(self) -> int:
        """The offset to go on from. Forgets the ring where it cannot be continued."""
        ring = self._ring
        epoch = await self._epochs.current(STREAM)
        ends = await self._transport.stream_ends(STREAM)
        state = decide_stream_state(epoch_read=ring.epoch, epoch_stored=epoch, head=ring.head, ends=ends)
        if state == "anew" and ring.epoch == epoch:
            epoch = await self._epochs.renew(STREAM, epoch)
        if state != "same":
            await self._restart(epoch, ends)
        self._load_until = ends[1] if ends else -1
        self._check_loaded()
        return ring.head + 1

    async def _restart(self, epoch: str, ends: tuple[int, int] | None) -> None:
        start = 0
        if ends is not None:
            since = self._clock.now() - self._keep - _DEDUPE_MARGIN
            start = await offset_since(self._transport, STREAM, since, ends)
        logger.info("reading the live stream {} from offset {}", epoch, start)
        self.loaded.clear()
        self._recent.clear()
        self._ring.restart(epoch, floor=start - 1)
        # What they saw cannot be continued: each comes back, and is told to start over.
        self._hub.close_all("stream_anew")

    async def _read(self, start: int) -> None:
        async with closing_entries(self._transport.follow(STREAM, offset=start)) as entries:
            async for entry in entries:
                self._take(entry)

    def _take(self, entry: StreamEntry) -> None:
        ring = self._ring
        if entry.offset <= ring.head:
            return
        try:
            event = read_entry(entry, ring.epoch)
        except InvalidMessage as error:
            self.skipped += 1
            logger.warning("entry {} of the live stream is no event: {}", entry.offset, error)
            event = None
        if event is None or not self._recent.add(event.id):
            ring.advance(entry.offset)
        else:
            ring.append(event)
            self._hub.publish(event)
            if event.type == GuildLeave.type and event.guild_id is not None:
                self._guild_left(event.guild_id)
        if not self.loaded.is_set():
            self._check_loaded()

    def _check_loaded(self) -> None:
        if self._ring.head >= self._load_until:
            self._ring.drop_old(self._clock.now().timestamp())
            self.trouble = ""
            self.loaded.set()

    async def _watch(self) -> None:
        """Return once the stream is no longer the one that is read."""
        suspicions = 0
        while True:
            await asyncio.sleep(self._check_seconds)
            epoch = await self._epochs.current(STREAM)
            # Read first: the head only rises meanwhile, so that an entry in between never looks like a new stream.
            head = self._ring.head
            ends = await self._transport.stream_ends(STREAM)
            state = decide_stream_state(epoch_read=self._ring.epoch, epoch_stored=epoch, head=head, ends=ends)
            # Offsets that went back are looked at twice: the answer for a busy stream's end can be a moment old.
            suspicions = 0 if state == "same" else suspicions + 1
            if suspicions and (state == "gap" or epoch != self._ring.epoch or suspicions > 1):
                logger.warning("the live stream is not the one that was read ({}): starting over", state)
                return
            self._ring.drop_old(self._clock.now().timestamp())
