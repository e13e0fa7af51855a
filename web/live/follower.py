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
from web.live.encoding import LiveEvent, read_entry
from web.live.hub import Hub
from web.live.ring import Ring
from web.live.seek import closing_entries, offset_since
from web.live.watch import decide_stream_state

__all__ = ["STREAM", "Epochs", "Follower"]

STREAM = "live"
_READY_WITH = timedelta(minutes=1)
"""What is at hand when the process is ready: nearly everybody who comes back was away for less. The rest follows."""
_READY_WITH_ENTRIES = 10_000
"""… and no more than this, for a busy stream."""
_HISTORY_SECONDS = 120.0
"""Then whoever would need it starts over, and a copy may be shown twice: better than a feed that stands still."""
_DEDUPE_MARGIN = timedelta(minutes=10)
"""Read so much more than the ring keeps: what came twice must be recognised by every process alike."""
_CLOCKS = timedelta(seconds=5)
"""Publishers' clocks may be so far apart. All go by PostgreSQL's, to some milliseconds."""


class Epochs(Protocol):
    """The stored epoch of a stream, 32 hexadecimal digits."""

    async def current(self, stream: str) -> str: ...

    async def renew(self, stream: str, old: str) -> str:
        """Replace `old` (once, however many processes ask) and return what is stored now."""
        ...


class Follower:
    """Keeps the ring filled and hands every event to the hub, for as long as `run` runs.

    It begins with the last minute, is `loaded` when it has read that, and then reads the history before it. An event
    that happened before that minute began may be a copy of one in the history, so that it waits for that, as does what
    comes after it. No other can be: an event happened before it was first published.
    """

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
        self._load_until = -1
        self._sure_from: float | None = 0.0
        self._logged = ""
        self._history_wanted = asyncio.Event()
        self._history_until = 0.0
        self.loaded = asyncio.Event()
        self.complete = asyncio.Event()
        self.waits_for = "not started"
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
        logger.log("DEBUG" if trouble == self._logged else "WARNING", "the live stream cannot be read: {}", trouble)
        self._logged = self.waits_for = trouble

    async def _follow_once(self) -> None:
        start = await self._start()
        tasks = [asyncio.create_task(one) for one in (self._read(start), self._keep_history(), self._watch())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _start(self) -> int:
        """The offset to go on from. Forgets the ring where it cannot be continued."""
        ring = self._ring
        self.waits_for = "asking the database for the stream's epoch"
        epoch = await self._epochs.current(STREAM)
        self.waits_for = "asking the broker where the stream begins and ends"
        ends = await self._transport.stream_ends(STREAM)
        state = decide_stream_state(epoch_read=ring.epoch, epoch_stored=epoch, head=ring.head, ends=ends)
        if state == "anew" and ring.epoch == epoch:
            self.waits_for = "asking the database for a new epoch of the stream"
            epoch = await self._epochs.renew(STREAM, epoch)
        if state != "same":
            await self._restart(epoch, ends)
        self._load_until = ends[1] if ends else -1
        self.waits_for = f"reading entries {ring.head + 1} to {self._load_until} of the stream"
        self._check_loaded()
        return ring.head + 1

    async def _restart(self, epoch: str, ends: tuple[int, int] | None) -> None:
        self.waits_for = "looking for the last minute in the stream"
        first = start = 0
        if ends is not None:
            first, last = ends
            since, near = self._clock.now() - _READY_WITH, max(first, last - _READY_WITH_ENTRIES)
            start = await offset_since(self._transport, STREAM, since, (near, last))
        logger.info("reading the live stream {} from offset {}, then what lies before it", epoch, start)
        self.loaded.clear()
        self.complete.clear()
        self._history_wanted.clear()
        self._history_until = self._clock.monotonic() + _HISTORY_SECONDS
        self._ring.restart(epoch, floor=start - 1, reach=first - 1)
        # Known with the first entry; where there is nothing before it, nothing can be a copy of that.
        self._sure_from = 0.0 if start == first else None
        # What they saw cannot be continued: each comes back, and is told to start over.
        self._hub.close_all("stream_anew")

    async def _read(self, start: int) -> None:
        async with closing_entries(self._transport.follow(STREAM, offset=start)) as entries:
            async for entry in entries:
                await self._take(entry)

    async def _take(self, entry: StreamEntry) -> None:
        ring = self._ring
        if entry.offset <= ring.head:
            return
        if self._sure_from is None:
            self._sure_from = (entry.timestamp + _CLOCKS).timestamp()
        event = self._event_of(entry)
        if self._is_for_the_history(entry):
            ring.begin_after(entry.offset)
        elif event is None:
            ring.advance(entry.offset)
        else:
            if event.happened < self._sure_from:
                await self._history_read()
            if ring.append(event):
                self._hub.publish(event)
                if event.type == GuildLeave.type and event.guild_id is not None:
                    self._guild_left(event.guild_id)
        if not self.loaded.is_set():
            self._check_loaded()

    async def _history_read(self) -> None:
        reading, self.waits_for = self.waits_for, "reading the stream's history, of which an event may be a copy"
        self._history_wanted.set()
        await self.complete.wait()
        self.waits_for = reading

    def _is_for_the_history(self, entry: StreamEntry) -> bool:
        """Whether it is one of the first, of which each could be a copy: they come with the history."""
        ring, sure_from = self._ring, self._sure_from or 0.0
        unread = ring.head == ring.floor and not self._history_wanted.is_set()
        return unread and entry.timestamp.timestamp() < sure_from

    def _event_of(self, entry: StreamEntry) -> LiveEvent | None:
        try:
            return read_entry(entry, self._ring.epoch)
        except InvalidMessage as error:
            self.skipped += 1
            logger.warning("entry {} of the live stream is no event: {}", entry.offset, error)
            return None

    def _check_loaded(self) -> None:
        if self._ring.head >= self._load_until:
            self._ring.drop_old(self._clock.now().timestamp())
            self.waits_for = self._logged = ""
            self._history_wanted.set()
            self.loaded.set()

    async def _keep_history(self) -> None:
        """Read it once it is wanted; from then on drop what gets too old."""
        await self._history_wanted.wait()
        if not self.complete.is_set():
            try:
                async with asyncio.timeout(max(0.0, self._history_until - self._clock.monotonic())):
                    self._ring.put_before(await self._read_history())
                logger.info("the live stream's history is read: {} events are kept", len(self._ring))
            except TimeoutError:
                self._ring.go_without_history()
                logger.warning("the live stream's history could not be read in {:.0f} s", _HISTORY_SECONDS)
            self._sure_from = 0.0
            self.complete.set()
        while True:
            self._ring.drop_old(self._clock.now().timestamp())
            await asyncio.sleep(self._check_seconds)

    async def _read_history(self) -> Ring:
        """What the ring should keep, of what lies before it."""
        first, last = self._ring.reach + 1, self._ring.floor
        since = self._clock.now() - self._keep - _DEDUPE_MARGIN
        start = await offset_since(self._transport, STREAM, since, (first, last)) if first < last else first
        history = self._ring.history(floor=start - 1)
        if start <= last:
            async with closing_entries(self._transport.follow(STREAM, offset=start)) as entries:
                async for entry in entries:
                    event = self._event_of(entry) if entry.offset <= last else None
                    if event is not None:
                        history.append(event)
                    if entry.offset >= last:
                        break
        history.advance(last)
        return history

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
