"""What a publish promises, on both transports."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest

from bus.codec import COMPRESS_ABOVE_BYTES, decompress
from bus.errors import BrokerUnavailable, PublishRefused, Unroutable
from bus.transport import Message, Transport
from tests.integration.bus.conftest import Connect
from tests.integration.bus.contract.receiving import drain, receive


async def test_a_message_arrives_with_all_that_was_sent(transport: Transport) -> None:
    await transport.publish(Message("work", "a.ban", b"{}", {"kind": "command", "attempt": 2}))
    (delivery,) = await receive(transport, "work.a", 1)
    assert (delivery.body, delivery.exchange, delivery.routing_key) == (b"{}", "work", "a.ban")
    assert delivery.headers["kind"] == "command"
    assert delivery.headers["attempt"] == 2
    assert delivery.user_id == transport.user == "worker"
    assert delivery.queue == "work.a"
    assert (delivery.redelivered, delivery.delivery_count, delivery.content_encoding) == (False, 0, "")
    assert delivery.published_at is not None
    assert abs(datetime.now(UTC) - delivery.published_at) < timedelta(seconds=30)


async def test_an_empty_body_arrives(transport: Transport) -> None:
    await transport.publish(Message("work", "a.empty", b""))
    (delivery,) = await receive(transport, "work.a", 1)
    assert delivery.body == b""


async def test_a_large_body_travels_compressed(transport: Transport) -> None:
    body = b'{"x": "' + b"y" * 900_000 + b'"}'
    await transport.publish(Message("work", "a.large", body))
    (delivery,) = await receive(transport, "work.a", 1)
    assert delivery.content_encoding == "gzip"
    assert len(delivery.body) < COMPRESS_ABOVE_BYTES
    assert decompress(delivery.body, delivery.content_encoding) == body


@pytest.mark.parametrize(
    ("exchange", "routing_key", "queues"),
    [
        ("work", "a", ["work.a"]),
        ("work", "a.b.c", ["work.a", "work.b"]),
        ("work", "x.b.y", ["work.b"]),
        ("direct", "exactly", ["work.a"]),
        ("both", "whatever", ["work.b", "tiny"]),
        ("", "work.b", ["work.b"]),
    ],
)
async def test_exchanges_route_by_their_type(
    transport: Transport, exchange: str, routing_key: str, queues: list[str]
) -> None:
    await transport.publish(Message(exchange, routing_key, b"x"))
    for queue in ("work.a", "work.b", "tiny"):
        expected = [b"x"] if queue in queues else []
        assert [delivery.body for delivery in await drain(transport, queue)] == expected


@pytest.mark.parametrize(
    ("exchange", "routing_key"), [("work", "x.y"), ("direct", "exactly.not"), ("nowhere", ""), ("", "no-such-queue")]
)
async def test_a_message_that_no_queue_takes_is_an_error(transport: Transport, exchange: str, routing_key: str) -> None:
    with pytest.raises(Unroutable):
        await transport.publish(Message(exchange, routing_key, b"lost"))


async def test_an_unknown_exchange_disturbs_no_other_publish(transport: Transport) -> None:
    good = Message("work", "a.fine", b"1")
    answers = await transport.publish_all([good, Message("no-such-exchange", "a", b"2"), good])
    assert [type(answer) for answer in answers] == [type(None), Unroutable, type(None)]
    assert len(await receive(transport, "work.a", 2)) == 2


async def test_answers_come_in_the_order_of_the_messages(transport: Transport) -> None:
    messages = [Message("work", "a.x" if n % 3 else "unbound", str(n).encode()) for n in range(300)]
    answers = await transport.publish_all(messages)
    assert [type(answer) for answer in answers] == [Unroutable if n % 3 == 0 else type(None) for n in range(300)]
    assert [int(d.body) for d in await receive(transport, "work.a", 200)] == [n for n in range(300) if n % 3]


async def test_publishing_nothing_answers_nothing(transport: Transport) -> None:
    assert await transport.publish_all([]) == []


async def fill(transport: Transport) -> int:
    """Publish one by one until `tiny` refuses. RabbitMQ's limit is soft: a burst may overrun it."""
    for taken in range(500):
        (answer,) = await transport.publish_all([Message("direct", "tiny", b"x")])
        if isinstance(answer, PublishRefused):
            return taken
        assert answer is None
    raise AssertionError("a queue of two never refused")


async def test_a_full_queue_refuses_until_it_has_room_again(transport: Transport) -> None:
    assert await fill(transport) >= 2
    with pytest.raises(PublishRefused):
        await transport.publish(Message("direct", "tiny", b"one more"))
    await drain(transport, "tiny")
    async with asyncio.timeout(10):
        for wait in itertools.repeat(0.05):
            if (await transport.publish_all([Message("direct", "tiny", b"room")]))[0] is None:
                break
            await asyncio.sleep(wait)


async def test_a_full_queue_refuses_for_all_while_the_healthy_one_takes_it(transport: Transport) -> None:
    await fill(transport)
    answers = [(await transport.publish_all([Message("both", "", str(n).encode())]))[0] for n in range(5)]
    assert all(isinstance(answer, PublishRefused) for answer in answers)
    assert [d.body for d in await receive(transport, "work.b", 5)] == [b"0", b"1", b"2", b"3", b"4"]


async def test_a_transport_that_is_closed_says_so(connect: Connect) -> None:
    transport = await connect()
    assert transport.connected
    await transport.close()
    assert not transport.connected
    with pytest.raises(BrokerUnavailable):
        await transport.publish(Message("work", "a.late", b""))
    await transport.close()


async def test_a_transport_can_be_started_again_and_finds_what_was_queued(connect: Connect) -> None:
    transport = await connect()
    await transport.publish(Message("work", "a.kept", b"kept"))
    await transport.close()
    await transport.start()
    assert [d.body for d in await receive(transport, "work.a", 1)] == [b"kept"]
