"""A stream in memory: entries with rising offsets, kept by age and size, read by any number of followers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bus._declarations import Stream
from bus.clock import Clock
from bus.transport import StreamEntry, StreamOffset

__all__ = ["MemoryStream"]

_COMPACT_AT = 1024


class MemoryStream:
    """Retention is exact here, by entry; RabbitMQ drops whole segments."""

    def __init__(self, declared: Stream, clock: Clock) -> None:
        self._declared = declared
        self._clock = clock
        self._entries: list[StreamEntry] = []
        self._dropped = 0
        self._bytes = 0
        self._next_offset = 0
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def next_offset(self) -> int:
        return self._next_offset

    def append(self, body: bytes, exchange: str, routing_key: str, content_encoding: str, user_id: str) -> None:
        entry = StreamEntry(
            self._next_offset, body, routing_key, exchange, content_encoding, user_id, self._clock.now()
        )
        self._entries.append(entry)
        self._next_offset += 1
        self._bytes += len(body)
        self._drop_old()
        self.wake()

    def ends(self) -> tuple[int, int] | None:
        """First and last offset kept, or None while empty."""
        self._drop_old()
        held = len(self._entries) - self._dropped
        return (self._next_offset - held, self._next_offset - 1) if held else None

    def start_at(self, offset: StreamOffset) -> int:
        """The offset of the first entry that a follower gets.

        As in RabbitMQ, one that retention took becomes the first kept, and one beyond the end is waited for.
        """
        ends = self.ends()
        if isinstance(offset, int):
            return max(offset, ends[0] if ends else self._next_offset)
        if offset == "next" or ends is None:
            return self._next_offset
        return ends[0] if offset == "first" else ends[1]

    def read(self, offset: int, most: int) -> list[StreamEntry]:
        """Up to `most` entries from `offset` on, or from the first kept."""
        self._drop_old()
        at = max(self._dropped, len(self._entries) - (self._next_offset - offset))
        return self._entries[at : at + most]

    async def changed(self) -> None:
        """Wait for the next entry, or for `wake`."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await future
        finally:
            if future in self._waiting:
                self._waiting.remove(future)

    def wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _drop_old(self) -> None:
        oldest = self._clock.now() - timedelta(seconds=self._declared.max_age_seconds)
        entries, at = self._entries, self._dropped
        while at < len(entries) and (entries[at].timestamp < oldest or self._bytes > self._declared.max_bytes):
            self._bytes -= len(entries[at].body)
            at += 1
        self._dropped = at
        if at >= _COMPACT_AT and at * 2 >= len(entries):
            del entries[:at]
            self._dropped = 0
