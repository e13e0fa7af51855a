"""What a consumer promises, on both transports."""

from __future__ import annotations

import asyncio
import time

import pytest

from bus.errors import BusError
from bus.transport import Depth, Message, Transport
from tests.integration.bus.conftest import Connect
from tests.integration.bus.contract.receiving import drain, receive, take


def numbered(count: int, routing_key: str = "a.n") -> list[Message]:
    return [Message("work", routing_key, str(n).encode()) for n in range(count)]


async def test_messages_come_in_order_and_in_batches_of_at_most(transport: Transport) -> None:
    await transport.publish_all(numbered(150))
    async with transport.consume("work.a", prefetch=200) as consumer:
        batches = []
        while sum(map(len, batches)) < 150:
            batches.append(await consumer.batch(most=64, wait_seconds=0.05))
            for delivery in batches[-1]:
                consumer.ack(delivery)
    assert max(map(len, batches)) <= 64
    assert [int(delivery.body) for batch in batches for delivery in batch] == list(range(150))


async def test_a_batch_does_not_wait_longer_than_asked(transport: Transport) -> None:
    async with transport.consume("work.a", prefetch=10) as consumer:
        await transport.publish(Message("work", "a.one", b"1"))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        assert len(await consumer.batch(most=10, wait_seconds=0.2)) == 1
        assert 0.15 < time.monotonic() - began < 1.0


async def test_what_was_acked_never_comes_again(transport: Transport) -> None:
    await transport.publish_all(numbered(20))
    await receive(transport, "work.a", 20)
    assert await drain(transport, "work.a") == []


async def test_acks_in_any_order_settle_exactly_what_was_acked(transport: Transport) -> None:
    await transport.publish_all(numbered(10))
    async with transport.consume("work.a", prefetch=20) as consumer:
        deliveries = await take(consumer, 10)
        for n in (9, 3, 0, 1, 7):
            consumer.ack(deliveries[n])
            await asyncio.sleep(0.02)
        consumer.ack(deliveries[0])  # twice changes nothing
        await asyncio.sleep(0.2)
    assert sorted(int(d.body) for d in await drain(transport, "work.a")) == [2, 4, 5, 6, 8]


async def test_no_more_than_the_prefetch_is_held(connect: Connect) -> None:
    first, second = await connect(), await connect()
    async with first.consume("work.a", prefetch=5) as holder:
        await first.publish_all(numbered(8))
        held = await take(holder, 5)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await holder.batch(most=1, wait_seconds=0)
        async with second.consume("work.a", prefetch=5) as other:
            rest = await take(other, 3)
            assert {int(d.body) for d in held} | {int(d.body) for d in rest} == set(range(8))
            for delivery in rest:
                other.ack(delivery)
        for delivery in held:
            holder.ack(delivery)


async def test_consumers_of_one_queue_share_the_work(connect: Connect) -> None:
    first, second = await connect(), await connect()
    async with first.consume("work.a", prefetch=10) as one, second.consume("work.a", prefetch=10) as two:
        await asyncio.sleep(0.2)
        await first.publish_all(numbered(20))
        found = await asyncio.gather(take(one, 10), take(two, 10))
        assert sorted(int(d.body) for each in found for d in each) == list(range(20))


async def test_an_unsettled_message_comes_again_and_says_how_often_it_came(transport: Transport) -> None:
    await transport.publish(Message("work", "a.again", b"x"))
    for times in range(3):
        async with transport.consume("work.a", prefetch=1) as consumer:
            (delivery,) = await take(consumer, 1)
            assert (delivery.delivery_count, delivery.redelivered) == (times, times > 0)
    await receive(transport, "work.a", 1)


async def test_a_message_given_back_comes_again_at_once(transport: Transport) -> None:
    await transport.publish(Message("work", "a.back", b"x"))
    async with transport.consume("work.a", prefetch=5) as consumer:
        (first,) = await take(consumer, 1)
        consumer.requeue(first)
        (second,) = await take(consumer, 1)
        assert (second.body, second.delivery_count) == (b"x", 1)
        consumer.ack(second)
    assert await drain(transport, "work.a") == []


async def test_poison_ends_in_the_dead_letters_after_the_delivery_limit(transport: Transport) -> None:
    await transport.publish(Message("work", "a.poison", b"boom", {"kind": "command"}))
    seen = 0
    async with transport.consume("work.a", prefetch=1) as consumer:
        try:
            while True:
                async with asyncio.timeout(1.0):
                    (delivery,) = await take(consumer, 1)
                seen += 1
                consumer.requeue(delivery)
        except TimeoutError:
            pass
    assert seen == 4  # the limit is 3: delivered once, then three times more
    (dead,) = await receive(transport, "dead-letters", 1)
    assert (dead.body, dead.routing_key, dead.headers["kind"]) == (b"boom", "a.poison", "command")
    assert dead.headers["x-first-death-reason"] == "delivery_limit"
    assert dead.headers["x-first-death-queue"] == "work.a"


async def test_a_rejected_message_goes_to_the_dead_letters_whole(transport: Transport) -> None:
    await transport.publish(Message("work", "a.bad", b"{", {"kind": "command"}))
    await transport.publish(Message("work", "a.good", b"{}"))
    async with transport.consume("work.a", prefetch=5) as consumer:
        bad, good = await take(consumer, 2)
        consumer.reject(bad)
        consumer.ack(good)
    (dead,) = await receive(transport, "dead-letters", 1)
    assert (dead.body, dead.routing_key, dead.user_id) == (b"{", "a.bad", "worker")
    assert dead.headers["x-first-death-reason"] == "rejected"
    assert dead.headers["x-first-death-queue"] == "work.a"
    assert await drain(transport, "work.a") == []


async def test_rejects_among_acks_lose_nothing(transport: Transport) -> None:
    await transport.publish_all(numbered(60))
    async with transport.consume("work.a", prefetch=100) as consumer:
        for delivery in await take(consumer, 60):
            if int(delivery.body) % 3:
                consumer.ack(delivery)
            else:
                consumer.reject(delivery)
    dead = await receive(transport, "dead-letters", 20)
    assert sorted(int(d.body) for d in dead) == list(range(0, 60, 3))
    assert await drain(transport, "work.a") == []


async def test_a_stopped_consumer_hands_out_what_it_holds_then_nothing(transport: Transport) -> None:
    await transport.publish_all(numbered(5))
    async with transport.consume("work.a", prefetch=10) as consumer:
        await asyncio.sleep(0.3)
        await consumer.stop()
        await consumer.stop()
        await transport.publish(Message("work", "a.later", b"later"))
        held = await consumer.batch(most=100, wait_seconds=0.1)
        assert [int(d.body) for d in held] == [0, 1, 2, 3, 4]
        assert await consumer.batch(most=100, wait_seconds=0.1) == []
        for delivery in held:
            consumer.ack(delivery)
    assert [d.body for d in await drain(transport, "work.a")] == [b"later"]


async def test_stopping_wakes_a_batch_that_waits(transport: Transport) -> None:
    async with transport.consume("work.a", prefetch=10) as consumer:
        waiting = asyncio.create_task(consumer.batch(most=10, wait_seconds=1))
        await asyncio.sleep(0.2)
        await consumer.stop()
        async with asyncio.timeout(1):
            assert await waiting == []


async def test_a_delivery_of_a_closed_consumer_is_ignored_by_the_next(transport: Transport) -> None:
    await transport.publish(Message("work", "a.old", b"x"))
    async with transport.consume("work.a", prefetch=1) as consumer:
        (old,) = await take(consumer, 1)
    async with transport.consume("work.a", prefetch=1) as consumer:
        (new,) = await take(consumer, 1)
        assert new.delivery_count == 1
    consumer.ack(old)
    assert len(await drain(transport, "work.a")) == 1


async def test_depths_count_what_waits_and_who_consumes(transport: Transport) -> None:
    await transport.publish_all(numbered(7))
    assert (await transport.depths(["work.a", "work.b"])) == {"work.a": Depth(7, 0), "work.b": Depth(0, 0)}
    async with transport.consume("work.a", prefetch=3) as consumer:
        held = await take(consumer, 3)
        async with asyncio.timeout(10):
            while (await transport.depths(["work.a"]))["work.a"] != Depth(4, 1):  # noqa: ASYNC110 - the broker tells nobody
                await asyncio.sleep(0.05)
        for delivery in held:
            consumer.ack(delivery)
    with pytest.raises(BusError, match="elsewhere"):
        await transport.depths(["work.a", "elsewhere"])


async def test_a_queue_that_is_not_declared_is_an_error(transport: Transport) -> None:
    with pytest.raises(BusError, match="no-such-queue"):
        async with transport.consume("no-such-queue", prefetch=1):
            pass


async def test_closing_the_transport_sends_the_acks_first(connect: Connect) -> None:
    first = await connect()
    await first.publish_all(numbered(50))
    async with first.consume("work.a", prefetch=100) as consumer:
        for delivery in await take(consumer, 50):
            consumer.ack(delivery)
        await first.close()
    assert await drain(await connect(), "work.a") == []
