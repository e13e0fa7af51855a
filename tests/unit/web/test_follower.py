"""What a web process that is not ready waits for, in words that are true now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Event
from bus.ids import new_id
from bus.memory import MemoryBroker, MemoryTransport
from bus.topology import load_topology
from bus.transport import Message, StreamEntry, StreamOffset
from models.errors import DatabaseUnavailable
from web.live import follower as follower_module
from web.live.follower import Follower
from web.live.hub import Hub
from web.live.ring import Ring


class Epochs:
    def __init__(self) -> None:
        self.away = True

    async def current(self, stream: str) -> str:
        if self.away:
            raise DatabaseUnavailable("nobody answers")
        return "a" * 32

    async def renew(self, stream: str, old: str) -> str:
        return old


class SlowTransport(MemoryTransport):
    """Answers each question once it may."""

    def __init__(self, broker: MemoryBroker) -> None:
        super().__init__(broker, user="web")
        self.ends, self.entries = asyncio.Event(), asyncio.Event()

    async def stream_ends(self, stream: str) -> tuple[int, int] | None:
        await self.ends.wait()
        return await super().stream_ends(stream)

    async def follow(self, stream: str, *, offset: StreamOffset, prefetch: int = 500) -> AsyncIterator[StreamEntry]:
        await self.entries.wait()
        async for entry in super().follow(stream, offset=offset, prefetch=prefetch):
            yield entry


class WithoutHistory(MemoryTransport):
    """Whoever reads from the beginning waits for ever."""

    async def follow(self, stream: str, *, offset: StreamOffset, prefetch: int = 500) -> AsyncIterator[StreamEntry]:
        if offset == 0:
            await asyncio.Event().wait()
        async for entry in super().follow(stream, offset=offset, prefetch=prefetch):
            yield entry


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.005)


async def publish(transport: MemoryTransport, count: int) -> None:
    for _ in range(count):
        now = SystemClock().now()
        event = Event(id=new_id(now), type="role.create", guild_id=None, timestamp=now, data={}, source="bot")
        await transport.publish(Message("results", "bot.role.create", codec.encode(event)))


async def test_it_says_what_it_waits_for_now_and_not_what_it_waited_for() -> None:
    clock, epochs = SystemClock(), Epochs()
    transport = SlowTransport(MemoryBroker(load_topology(), clock))
    await transport.start()
    await publish(transport, 3)
    ring = Ring(keep_seconds=60.0, most_bytes=10_000)
    follower = Follower(
        transport=transport, epochs=epochs, ring=ring, hub=Hub(), clock=clock, keep_seconds=60.0, retry_seconds=0.01
    )
    assert follower.waits_for == "not started"
    running = asyncio.create_task(follower.run())
    try:
        await until(lambda: follower.waits_for == "DatabaseUnavailable: nobody answers")
        epochs.away = False
        await until(lambda: follower.waits_for == "asking the broker where the stream begins and ends")
        transport.ends.set()
        await until(lambda: follower.waits_for == "reading entries 0 to 2 of the stream")
        assert not follower.loaded.is_set()
        transport.entries.set()
        await until(follower.loaded.is_set)
        assert (follower.waits_for, len(ring)) == ("", 3)
        await until(follower.complete.is_set)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await transport.close()


async def test_a_history_that_cannot_be_read_does_not_hold_up_the_feed_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(follower_module, "_READY_WITH_ENTRIES", 2)
    monkeypatch.setattr(follower_module, "_HISTORY_SECONDS", 0.3)
    clock, epochs = SystemClock(), Epochs()
    epochs.away = False
    transport = WithoutHistory(MemoryBroker(load_topology(), clock), user="web")
    await transport.start()
    await publish(transport, 10)
    ring = Ring(keep_seconds=60.0, most_bytes=10_000)
    follower = Follower(transport=transport, epochs=epochs, ring=ring, hub=Hub(), clock=clock, keep_seconds=60.0)
    running = asyncio.create_task(follower.run())
    try:
        await until(follower.loaded.is_set)
        assert ring.reach < ring.floor, "the history is promised"
        await until(follower.complete.is_set)
        assert ring.reach == ring.floor, "and promised no longer"
        await publish(transport, 1)
        await until(lambda: ring.head == 10)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await transport.close()
