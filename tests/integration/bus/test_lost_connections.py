"""What the RabbitMQ transport does when the network fails: a proxy between the two is cut, frozen and shut."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit

import pytest
from loguru import logger

from bus import _rabbitmq_stream
from bus.clock import SystemClock
from bus.errors import AccessRefused, BrokerUnavailable, PublishUnconfirmed
from bus.rabbitmq import RabbitMQTransport
from bus.topology import Topology
from bus.transport import Message, StreamEntry
from tests.integration.bus.contract.receiving import drain, take
from tests.proxy import Proxy
from tests.rabbitmq import Vhost

RECOVERY_SECONDS = 15


@pytest.fixture
async def proxy(vhost: Vhost) -> AsyncIterator[Proxy]:
    proxy = Proxy(urlsplit(vhost.broker.url).port or 5672)
    await proxy.open()
    yield proxy
    await proxy.shut()


def through(proxy: Proxy, vhost: Vhost, topology: Topology) -> RabbitMQTransport:
    url = vhost.url("worker").replace(f":{urlsplit(vhost.broker.url).port}/", f":{proxy.port}/")
    return RabbitMQTransport(url, topology, clock=SystemClock(), name="test", heartbeat_seconds=1)


@pytest.fixture
async def transport(proxy: Proxy, vhost: Vhost, topology: Topology) -> AsyncIterator[RabbitMQTransport]:
    transport = through(proxy, vhost, topology)
    await transport.start()
    yield transport
    await transport.close()


async def test_a_consumer_is_restored_and_the_unacked_comes_again(transport: RabbitMQTransport, proxy: Proxy) -> None:
    await transport.publish_all([Message("work", "a.x", str(n).encode()) for n in range(10)])
    async with transport.consume("work.a", prefetch=20) as consumer:
        before = await take(consumer, 10)
        for delivery in before[:4]:
            consumer.ack(delivery)
        await asyncio.sleep(0.3)
        proxy.cut()
        again = await take(consumer, 6)
        assert sorted(int(d.body) for d in again) == [4, 5, 6, 7, 8, 9]
        assert all(d.redelivered and d.delivery_count == 1 for d in again)
        # The tags of the lost channel mean other messages now: acking by them must touch nothing.
        for delivery in before:
            consumer.ack(delivery)
        await asyncio.sleep(0.2)
        proxy.cut()
        third = await take(consumer, 6)
        assert [d.delivery_count for d in third] == [2] * 6
        for delivery in third:
            consumer.ack(delivery)
    assert await drain(transport, "work.a") == []


async def test_publishing_goes_on_after_every_cut_and_nothing_confirmed_is_lost(
    transport: RabbitMQTransport, proxy: Proxy
) -> None:
    confirmed, cuts = set(), 4
    for cut in range(cuts):
        messages = [Message("work", "a.x", f"{cut}.{n}".encode()) for n in range(400)]
        publishing = asyncio.create_task(transport.publish_all(messages))
        await asyncio.sleep(0.01)
        proxy.cut()
        answers = await publishing
        assert {type(a) for a in answers} <= {type(None), PublishUnconfirmed, BrokerUnavailable}
        confirmed |= {m.body for m, answer in zip(messages, answers, strict=True) if answer is None}
    await transport.publish(Message("work", "a.x", b"last"))
    found = {d.body for d in await drain(transport, "work.a")}
    assert confirmed | {b"last"} <= found


async def test_a_follower_goes_on_without_loss_or_repeat(transport: RabbitMQTransport, proxy: Proxy) -> None:
    entries: list[StreamEntry] = []
    complete = asyncio.Event()

    async def follow() -> None:
        async with aclosing(transport.follow("live", offset="next", prefetch=50)) as following:  # type: ignore[type-var]
            async for entry in following:
                entries.append(entry)
                if entry.body == b"end":
                    complete.set()

    following = asyncio.create_task(follow())
    async with asyncio.timeout(RECOVERY_SECONDS):
        while not entries:  # "next" has a place to go on from once it is attached
            await transport.publish(Message("results", "r", b"x"))
            await asyncio.sleep(0.05)
    for _ in range(4):
        await transport.publish_all([Message("results", "r", b"x")] * 300)
        proxy.cut()
        await asyncio.sleep(0.2)
    await transport.publish(Message("results", "r", b"end"))
    async with asyncio.timeout(RECOVERY_SECONDS):
        await complete.wait()
    following.cancel()
    offsets = [entry.offset for entry in entries]
    assert offsets == list(range(offsets[0], offsets[0] + len(offsets)))


async def test_next_keeps_its_place_when_the_connection_is_lost_before_the_first_entry(
    transport: RabbitMQTransport, proxy: Proxy, vhost: Vhost, topology: Topology
) -> None:
    await transport.publish(Message("results", "r", b"before"))
    direct = RabbitMQTransport(vhost.url("worker"), topology, clock=SystemClock(), name="direct")
    await direct.start()
    async with aclosing(transport.follow("live", offset="next")) as following:  # type: ignore[type-var]
        first = asyncio.ensure_future(anext(following))
        await asyncio.sleep(1.0)
        await proxy.shut()
        await direct.publish(Message("results", "r", b"while away"))
        await proxy.open()
        async with asyncio.timeout(RECOVERY_SECONDS):
            assert (await first).body == b"while away"
    await direct.close()


async def test_what_a_stream_skipped_is_read_all_the_same(
    transport: RabbitMQTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a node that came back after a kill was seen to do: attached at a place, it began one later."""
    await transport.publish_all([Message("results", "r", str(n).encode()) for n in range(20)])
    attach, asked = _rabbitmq_stream._attach, []

    async def one_later_at_first(link: Any, stream: str, offset: Any, prefetch: int) -> Any:
        asked.append(offset)
        return await attach(link, stream, offset + 1 if len(asked) == 1 else offset, prefetch)

    monkeypatch.setattr(_rabbitmq_stream, "_attach", one_later_at_first)
    entries: list[StreamEntry] = []
    async with aclosing(transport.follow("live", offset=5)) as following, asyncio.timeout(RECOVERY_SECONDS):  # type: ignore[type-var]
        async for entry in following:
            entries.append(entry)
            if entry.offset == 19:
                break
    assert [entry.offset for entry in entries] == list(range(5, 20))
    assert asked == [5, 5]


async def test_a_listener_is_told_of_every_reconnection(transport: RabbitMQTransport, proxy: Proxy) -> None:
    async with aclosing(transport.listen("control")) as heard:  # type: ignore[type-var]
        assert await anext(heard) == b""
        for _ in range(2):
            proxy.cut()
            async with asyncio.timeout(RECOVERY_SECONDS):
                assert await anext(heard) == b""
        await transport.publish(Message("control", "", b"7"))
        async with asyncio.timeout(RECOVERY_SECONDS):
            assert await anext(heard) == b"7"


async def test_a_frozen_network_is_seen_by_the_heartbeat(transport: RabbitMQTransport, proxy: Proxy) -> None:
    await transport.publish(Message("work", "a.x", b"1"))
    proxy.freeze()
    began = time.monotonic()
    with pytest.raises(PublishUnconfirmed):
        await transport.publish(Message("work", "a.x", b"2"), timeout_seconds=0.5)
    assert time.monotonic() - began < 1.5
    async with asyncio.timeout(RECOVERY_SECONDS):
        for wait in [0.1] * 200:
            if not transport.connected:
                break
            await asyncio.sleep(wait)
    assert not transport.connected
    proxy.cut()
    proxy.thaw()
    async with asyncio.timeout(RECOVERY_SECONDS):
        while True:  # one of its connections may learn of the cut only from this very publish
            try:
                await transport.publish(Message("work", "a.x", b"3"), timeout_seconds=RECOVERY_SECONDS)
                break
            except PublishUnconfirmed:
                continue


async def test_without_a_broker_a_publish_says_so_in_time(transport: RabbitMQTransport, proxy: Proxy) -> None:
    await proxy.shut()
    await asyncio.sleep(0.1)
    began = time.monotonic()
    with pytest.raises(BrokerUnavailable, match=str(proxy.port)):
        await transport.publish(Message("work", "a.x", b"1"), timeout_seconds=0.5)
    assert time.monotonic() - began < 1.5


async def test_a_broker_that_is_down_at_start_is_named_and_waited_for(
    proxy: Proxy, vhost: Vhost, topology: Topology
) -> None:
    await proxy.shut()
    lines: list[str] = []
    sink = logger.add(lines.append, level="WARNING", format="{message}")
    transport = through(proxy, vhost, topology)
    starting = asyncio.create_task(transport.start())
    await asyncio.sleep(1.0)
    assert not starting.done()
    await proxy.open()
    async with asyncio.timeout(RECOVERY_SECONDS):
        await starting
    await transport.publish(Message("work", "a.x", b"1"))
    await transport.close()
    logger.remove(sink)
    assert f"127.0.0.1:{proxy.port}" in "".join(lines)
    assert "secret" not in "".join(lines)


async def test_a_wrong_password_is_an_error_at_once_and_is_not_shown(vhost: Vhost, topology: Topology) -> None:
    url = vhost.url_with("worker", "pass-word-of-mine")
    transport = RabbitMQTransport(url, topology, clock=SystemClock(), name="test")
    with pytest.raises(AccessRefused, match="'worker'") as caught:
        await transport.start()
    await transport.close()
    assert "pass-word-of-mine" not in str(caught.value) + repr(transport) + str(caught.value.__cause__)


async def test_an_unknown_virtual_host_is_an_error_at_once(vhost: Vhost, topology: Topology) -> None:
    url = vhost.url("worker").replace(vhost.name, "no-such-host")
    transport = RabbitMQTransport(url, topology, clock=SystemClock(), name="test")
    with pytest.raises(AccessRefused, match="no-such-host"):
        await transport.start()
    await transport.close()


async def test_closing_while_the_broker_is_away_ends_everything(transport: RabbitMQTransport, proxy: Proxy) -> None:
    async def follow() -> int:
        return len([entry async for entry in transport.follow("live", offset="first")])

    following = asyncio.create_task(follow())
    async with transport.consume("work.a", prefetch=5) as consumer:
        await asyncio.sleep(0.3)
        await proxy.shut()
        waiting = asyncio.create_task(consumer.batch(most=1, wait_seconds=0))
        await asyncio.sleep(0.5)
        async with asyncio.timeout(5):
            await transport.close()
            assert await waiting == []
            assert await following == 0
