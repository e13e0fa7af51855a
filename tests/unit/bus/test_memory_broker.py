"""The broker in memory where time matters: expiry and retention by a clock that the test moves."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bus.memory import MemoryBroker, MemoryTransport
from bus.topology import Stream, load_topology
from bus.transport import Message
from tests.unit.bus.clocks import MovedClock


async def started(clock: MovedClock, **stream: int) -> MemoryTransport:
    topology = load_topology()
    live = topology.queues["live"]
    assert isinstance(live, Stream)
    topology = replace(topology, queues={**topology.queues, "live": replace(live, **stream)})
    transport = MemoryTransport(MemoryBroker(topology, clock), user="worker")
    await transport.start()
    return transport


async def test_a_level_of_the_ladder_keeps_a_copy_for_its_time() -> None:
    clock = MovedClock()
    broker = MemoryBroker(load_topology(), clock)
    transport = MemoryTransport(broker, user="worker")
    await transport.start()
    await transport.publish(Message("retry.15m", "commands.bulk", b"x"))
    for seconds, arrived in ((899.0, 0), (1.0, 1)):
        clock.move(seconds)
        broker.expire_due()
        await asyncio.sleep(0)
        assert broker.queue("commands.bulk").depth == arrived


async def test_a_stream_forgets_by_age_and_a_reader_jumps_to_the_first_kept() -> None:
    clock = MovedClock()
    transport = await started(clock, max_age_seconds=100)
    for n in range(10):
        await transport.publish(Message("events", "e", str(n).encode()))
        clock.move(20)
    assert await transport.stream_ends("live") == (5, 9)
    async for entry in transport.follow("live", offset=0):
        assert entry.offset == 5
        break
    clock.move(1000)
    assert await transport.stream_ends("live") is None
    await transport.publish(Message("events", "e", b"10"))
    assert await transport.stream_ends("live") == (10, 10)


async def test_a_stream_forgets_by_size() -> None:
    transport = await started(MovedClock(), max_bytes=5000)
    await transport.publish_all([Message("events", "e", b"x" * 100)] * 5000)
    assert await transport.stream_ends("live") == (4950, 4999)
