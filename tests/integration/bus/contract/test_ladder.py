"""The retry ladder, on both transports: a copy waits at a level and comes back to the queue it names."""

from __future__ import annotations

import asyncio
import time

import pytest

from bus.transport import Message, Transport
from tests.integration.bus.contract.receiving import drain, take


@pytest.mark.parametrize("origin", ["work.a", "work.b"])
async def test_a_copy_comes_back_to_its_origin_after_the_level(transport: Transport, origin: str) -> None:
    async with transport.consume(origin, prefetch=5) as consumer:
        began = time.monotonic()
        await transport.publish(Message("retry.1s", origin, b"again", {"attempt": 2}))
        (delivery,) = await take(consumer, 1)
        assert 0.95 < time.monotonic() - began < 2.5
        assert (delivery.body, delivery.headers["attempt"], delivery.user_id) == (b"again", 2, "worker")
        assert (delivery.routing_key, delivery.delivery_count) == (origin, 0)
        assert delivery.exchange == "", "how it is told from what came straight"
        consumer.ack(delivery)


async def test_a_shorter_expiration_comes_back_sooner(transport: Transport) -> None:
    async with transport.consume("work.a", prefetch=5) as consumer:
        began = time.monotonic()
        await transport.publish(Message("retry.5s", "work.a", b"jitter", expiration_ms=300))
        (delivery,) = await take(consumer, 1)
        assert 0.25 < time.monotonic() - began < 1.5
        consumer.ack(delivery)


async def test_a_longer_expiration_does_not_outlast_the_level(transport: Transport) -> None:
    async with transport.consume("work.a", prefetch=5) as consumer:
        began = time.monotonic()
        await transport.publish(Message("retry.1s", "work.a", b"x", expiration_ms=60_000))
        (delivery,) = await take(consumer, 1)
        assert time.monotonic() - began < 2.5
        consumer.ack(delivery)


async def test_many_wait_at_once_and_all_come_back(transport: Transport) -> None:
    sent = [Message("retry.1s", "work.a" if n % 2 else "work.b", str(n).encode()) for n in range(200)]
    assert not any(await transport.publish_all(sent))
    async with transport.consume("work.a", prefetch=500) as a, transport.consume("work.b", prefetch=500) as b:
        found = await asyncio.gather(take(a, 100), take(b, 100))
        for consumer, deliveries in zip((a, b), found, strict=True):
            for delivery in deliveries:
                consumer.ack(delivery)
    assert sorted(int(d.body) for each in found for d in each) == list(range(200))


async def test_a_large_copy_comes_back_compressed_once(transport: Transport) -> None:
    await transport.publish(Message("retry.5s", "work.a", b"z" * 50_000, expiration_ms=100))
    async with transport.consume("work.a", prefetch=5) as consumer:
        (delivery,) = await take(consumer, 1)
        assert delivery.content_encoding == "gzip"
        consumer.ack(delivery)
    assert await drain(transport, "work.a") == []
