"""Reading a stream over AMQP 0-9-1: from an offset on, over reconnects, without loss or repeat."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from loguru import logger

from bus._rabbitmq_errors import VENDOR_ERRORS, ignoring_failures, opening, words_of
from bus._rabbitmq_link import Link, attempts
from bus.errors import BrokerUnavailable
from bus.transport import StreamEntry, StreamOffset

__all__ = ["follow_stream", "leaves_a_gap", "stream_ends"]

_RPC_SECONDS = 10.0
_REATTACH_SECONDS = 0.1
_FIRST_ENTRY_SECONDS = 0.5
_QUIET_SECONDS = 0.03
_ENDS_PREFETCH = 2000


class _Reader:
    """One channel attached to a stream, and what arrived on it."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel
        self.arrived: deque[tuple[int, StreamEntry]] = deque()
        self.changed = asyncio.Event()
        self._closer: asyncio.Future[None] | None = None

    async def take(self, message: Any) -> None:
        self.arrived.append((message.delivery.delivery_tag, _entry(message)))
        self.changed.set()

    async def wait(self, timeout: float | None = None) -> None:
        """Until something arrives, the channel is closed, or the time is over."""
        self.changed.clear()
        if self.channel.is_closed:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self.changed.wait()

    def cancelled(self) -> None:
        self._closer = asyncio.ensure_future(self.close())

    async def close(self) -> None:
        with ignoring_failures():
            await self.channel.close(timeout=_RPC_SECONDS)


async def follow_stream(link: Link, stream: str, *, offset: StreamOffset, prefetch: int) -> AsyncIterator[StreamEntry]:
    """Entries from `offset` on until the link is closed.

    The broker says nothing of an offset that retention has taken (it begins with the first that it has) or that
    lies beyond the end (it waits until the stream gets there): compare `stream_ends` and an epoch of your own.
    """
    if offset == "next":
        # Pinned to a number, so that a connection lost before the first entry loses nothing.
        ends = await stream_ends(link, stream)
        offset = ends[1] + 1 if ends else "first"
    closed = link.closed
    asked_again: StreamOffset | None = None
    while not closed.is_set():
        try:
            async for attempt in attempts(f"following {stream}", closed=closed):
                with attempt:
                    reader = await _attach(link, stream, offset, prefetch)
        except BrokerUnavailable:
            return  # attempts end only with the link
        try:
            unacked = 0
            while not closed.is_set() and (reader.arrived or not reader.channel.is_closed):
                while reader.arrived:
                    tag, entry = reader.arrived.popleft()
                    if isinstance(offset, int) and entry.offset < offset:
                        continue
                    if leaves_a_gap(entry.offset, expected=offset, asked_again=asked_again):
                        asked_again = offset
                        logger.warning("following {}: {} came where {} was due", stream, entry.offset, offset)
                        await reader.close()
                        reader.arrived.clear()
                        break
                    offset = entry.offset + 1
                    yield entry
                    unacked += 1
                    if unacked * 2 >= prefetch:
                        unacked = 0
                        await _give_credit(reader, tag)
                await reader.wait()
        finally:
            await reader.close()
        if not closed.is_set():
            logger.warning("following {}: the channel was closed; attaching again at {}", stream, offset)
            await asyncio.sleep(_REATTACH_SECONDS)


def leaves_a_gap(offset: int, *, expected: StreamOffset, asked_again: StreamOffset | None) -> bool:
    """Whether to attach again for what lies between: once for each place, for retention may have taken it.

    A stream's offsets have no gaps. Attached to its end while a node that was killed came back, RabbitMQ 3.10.8 began
    one entry late.
    """
    return isinstance(expected, int) and offset > expected and asked_again != expected


async def stream_ends(link: Link, stream: str) -> tuple[int, int] | None:
    """The first and last offset, by attaching at both ends: the broker's counters lag behind by seconds."""
    first = await _peek(link, stream, "first")
    if first is None:
        return None
    last = await _peek(link, stream, "last")
    return first[0], (last or first)[1]


async def _peek(link: Link, stream: str, offset: StreamOffset) -> tuple[int, int] | None:
    """The first and last offset of the chunk at one end, or None where nothing arrives."""
    reader = await _attach(link, stream, offset, _ENDS_PREFETCH if offset == "last" else 1)
    try:
        await reader.wait(_FIRST_ENTRY_SECONDS)
        if not reader.arrived:
            return None
        seen = 0
        while offset == "last" and len(reader.arrived) > seen:
            seen = len(reader.arrived)
            await reader.wait(_QUIET_SECONDS)
        return reader.arrived[0][1].offset, reader.arrived[-1][1].offset
    finally:
        await reader.close()


async def _attach(link: Link, stream: str, offset: StreamOffset, prefetch: int) -> _Reader:
    """Raises BrokerUnavailable."""
    reader = _Reader(await link.channel())
    reader.channel.closing.add_done_callback(lambda _: reader.changed.set())
    reader.channel.on_consumer_cancel_callbacks.add(
        lambda _: asyncio.get_running_loop().create_task(reader.channel.close())
    )
    try:
        with opening():
            async with asyncio.timeout(_RPC_SECONDS):
                await reader.channel.basic_qos(prefetch_count=prefetch)
                # Acks are the credit here; without them (no_ack) the broker closes the connection (540).
                await reader.channel.basic_consume(stream, reader.take, arguments={"x-stream-offset": offset})
    except VENDOR_ERRORS as error:
        await reader.close()
        raise BrokerUnavailable(
            f"stream {stream!r} cannot be read: {words_of(error)}; run `guildbus topology apply`"
        ) from error
    return reader


async def _give_credit(reader: _Reader, tag: int) -> None:
    with ignoring_failures():
        await reader.channel.basic_ack(tag, multiple=True, wait=False)


def _entry(message: Any) -> StreamEntry:
    properties = message.header.properties
    headers = properties.headers or {}
    sent = properties.timestamp
    return StreamEntry(
        offset=int(headers["x-stream-offset"]),
        body=message.body,
        routing_key=message.delivery.routing_key,
        exchange=message.delivery.exchange,
        content_encoding=properties.content_encoding or "",
        user_id=properties.user_id,
        timestamp=sent if isinstance(sent, datetime) else datetime.fromtimestamp(0, UTC),
    )
