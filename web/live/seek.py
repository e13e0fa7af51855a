"""Where in the stream to begin: AMQP has no question for "the last hour", but offsets and times rise together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from bus.transport import StreamEntry, Transport

__all__ = ["closing_entries", "offset_since"]

_NEAR = 2_000
"""Read so many entries rather than look for a closer start: replay does thousands a second."""


async def offset_since(transport: Transport, stream: str, since: datetime, ends: tuple[int, int]) -> int:
    """An offset at most a little before the first entry of `since`, found by halving: a few reads of one entry."""
    first, last = ends
    while last - first > _NEAR:
        middle = (first + last) // 2
        entry = await _entry_at(transport, stream, middle)
        if entry is None:
            break
        if entry.timestamp < since:
            first = entry.offset
        else:
            last = middle
    return first


async def _entry_at(transport: Transport, stream: str, offset: int) -> StreamEntry | None:
    async with closing_entries(transport.follow(stream, offset=offset, prefetch=1)) as entries:
        async for entry in entries:
            return entry
    return None


@asynccontextmanager
async def closing_entries(entries: AsyncIterator[StreamEntry]) -> AsyncIterator[AsyncIterator[StreamEntry]]:
    """The entries, whose channel is closed at the end of the block and not when the garbage is collected."""
    try:
        yield entries
    finally:
        if isinstance(entries, AsyncGenerator):
            await entries.aclose()
