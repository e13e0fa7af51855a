"""Taking messages out of a queue, for tests."""

from __future__ import annotations

import asyncio

from bus.transport import Consumer, Delivery, Transport

__all__ = ["drain", "receive", "take"]

_PATIENCE_SECONDS = 10.0
_QUIET_SECONDS = 0.25


async def take(consumer: Consumer, count: int) -> list[Delivery]:
    """Exactly `count` deliveries, unsettled."""
    found: list[Delivery] = []
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while len(found) < count:
            found += await consumer.batch(most=count - len(found), wait_seconds=0.01)
    return found


async def receive(transport: Transport, queue: str, count: int) -> list[Delivery]:
    """Exactly `count` deliveries, acked."""
    async with transport.consume(queue, prefetch=1000) as consumer:
        found = await take(consumer, count)
        for delivery in found:
            consumer.ack(delivery)
    return found


async def drain(transport: Transport, queue: str) -> list[Delivery]:
    """What the queue holds now, acked."""
    found: list[Delivery] = []
    async with transport.consume(queue, prefetch=1000) as consumer:
        try:
            while True:
                async with asyncio.timeout(_QUIET_SECONDS):
                    batch = await consumer.batch(most=100, wait_seconds=0)
                for delivery in batch:
                    consumer.ack(delivery)
                found += batch
        except TimeoutError:
            return found
