"""A node that stops, is killed, starts again, or runs out of memory, under a transport that works."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from bus.clock import SystemClock
from bus.errors import BusError, PublishUnconfirmed
from bus.rabbitmq import RabbitMQTransport
from bus.topology import Topology
from bus.topology_apply import apply
from bus.transport import Message, StreamEntry
from scripts.rabbitmq_node import RabbitMQNode
from tests.integration.bus.contract.receiving import drain, take

RECOVERY_SECONDS = 40


@pytest.fixture(scope="module")
def node() -> Iterator[RabbitMQNode]:
    directory = Path(tempfile.mkdtemp(prefix="guildbus-restarting-"))
    directory.chmod(0o755)
    node = RabbitMQNode(directory / "node")
    node.start()
    yield node
    node.stop(kill=True)
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
async def transport(node: RabbitMQNode, topology: Topology) -> AsyncIterator[RabbitMQTransport]:
    await apply(node.admin_url, topology)
    transport = RabbitMQTransport(node.admin_url, topology, clock=SystemClock(), name="test", heartbeat_seconds=2)
    await transport.start()
    yield transport
    for queue in ("work.a", "dead-letters"):
        await drain(transport, queue)
    await transport.close()


@pytest.mark.parametrize("kill", [False, True], ids=["stopped in order", "killed"])
async def test_publishing_consuming_and_following_survive_a_restart(
    node: RabbitMQNode, transport: RabbitMQTransport, kill: bool
) -> None:
    confirmed: set[bytes] = set()
    consumed: set[bytes] = set()
    entries: list[StreamEntry] = []
    publishing = True

    async def publish() -> None:
        n = 0
        while publishing:
            n += 1
            body = str(n).encode()
            answers = await transport.publish_all(
                [Message("work", "a.x", body), Message("results", "r", body)], timeout_seconds=2
            )
            assert all(answer is None or isinstance(answer, BusError) for answer in answers)
            if answers[0] is None:
                confirmed.add(body)
            await asyncio.sleep(0.005)

    async def consume() -> None:
        async with transport.consume("work.a", prefetch=50) as consumer:
            while batch := await consumer.batch(most=20, wait_seconds=0.01):
                await asyncio.sleep(0.01)
                for delivery in batch:
                    consumed.add(delivery.body)
                    consumer.ack(delivery)

    async def follow() -> None:
        async with aclosing(transport.follow("live", offset="next")) as following:  # type: ignore[type-var]
            async for entry in following:
                entries.append(entry)

    def followed_to_the_end() -> bool:
        return bool(entries) and max(int(entry.body) for entry in entries) >= max(map(int, confirmed))

    tasks = [asyncio.create_task(work()) for work in (publish, consume, follow)]
    async with asyncio.timeout(RECOVERY_SECONDS):
        while not entries:  # noqa: ASYNC110 # a stream that was never read has no place to go on from
            await asyncio.sleep(0.1)
    await asyncio.sleep(1.0)
    await asyncio.to_thread(node.stop, kill=kill)
    await asyncio.sleep(0.5)
    assert not transport.connected
    await asyncio.to_thread(node.start)
    before = len(confirmed)
    async with asyncio.timeout(RECOVERY_SECONDS):
        while len(confirmed) < before + 100:  # noqa: ASYNC110 # sets filled by tasks: there is no event to wait for
            await asyncio.sleep(0.1)
        publishing = False
        await tasks[0]
        while not (confirmed <= consumed and followed_to_the_end()):  # noqa: ASYNC110 # as above
            await asyncio.sleep(0.1)
    await asyncio.sleep(1.0)
    for task in tasks[1:]:
        task.cancel()
    await asyncio.gather(*tasks[1:], return_exceptions=True)
    offsets = [entry.offset for entry in entries]
    assert offsets == list(range(offsets[0], offsets[0] + len(offsets)))
    assert max(int(entry.body) for entry in entries) == max(map(int, confirmed))


async def test_what_was_confirmed_survives_a_kill(node: RabbitMQNode, transport: RabbitMQTransport) -> None:
    answers = await transport.publish_all([Message("work", "a.x", str(n).encode()) for n in range(500)])
    assert not any(answers)
    await transport.publish(Message("retry.1s", "work.a", b"waits"))
    await asyncio.to_thread(node.stop, kill=True)
    await asyncio.to_thread(node.start)
    async with transport.consume("work.a", prefetch=1000) as consumer:
        async with asyncio.timeout(RECOVERY_SECONDS):
            found: list[bytes] = []
            while len(found) < 501:
                for delivery in await consumer.batch(most=1000, wait_seconds=0.1):
                    found.append(delivery.body)
                    consumer.ack(delivery)
    assert set(found) == {str(n).encode() for n in range(500)} | {b"waits"}


async def test_an_alarm_leaves_publishes_unconfirmed_and_consumers_working(
    node: RabbitMQNode, transport: RabbitMQTransport
) -> None:
    await transport.publish_all([Message("work", "a.x", b"before")] * 3)
    async with transport.consume("work.a", prefetch=1) as consumer:
        (delivery,) = await take(consumer, 1)
        await asyncio.to_thread(node.ctl, "set_vm_memory_high_watermark", "0.00001")
        try:
            await asyncio.sleep(0.5)
            with pytest.raises(PublishUnconfirmed):
                await transport.publish(Message("work", "a.x", b"during"), timeout_seconds=1.0)
            # Publishing has a connection of its own, so that what is blocked on it does not hang the consumers.
            consumer.ack(delivery)
            (delivery,) = await take(consumer, 1)
            consumer.ack(delivery)
            assert delivery.body == b"before"
        finally:
            await asyncio.to_thread(node.ctl, "set_vm_memory_high_watermark", "0.4")
        await transport.publish(Message("work", "a.x", b"after"), timeout_seconds=10)
        bodies: list[bytes] = []
        while b"after" not in bodies:
            (delivery,) = await take(consumer, 1)
            bodies.append(delivery.body)
            consumer.ack(delivery)
    # Unconfirmed means unknown: it landed once the alarm was over.
    assert bodies == [b"before", b"during", b"after"]
