"""Reading a stream and hearing announcements, on both transports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from bus.errors import BusError
from bus.transport import Message, StreamEntry, Transport
from tests.integration.bus.conftest import Connect


async def publish(transport: Transport, count: int, start: int = 0) -> None:
    messages = [Message("results", f"bot.moderation.ban.{n}", str(n).encode()) for n in range(start, start + count)]
    assert not any(await transport.publish_all(messages))


async def read(entries: AsyncIterator[StreamEntry], count: int) -> list[StreamEntry]:
    found: list[StreamEntry] = []
    async with asyncio.timeout(10):
        async for entry in entries:
            found.append(entry)
            if len(found) == count:
                break
    return found


async def test_entries_arrive_through_the_chain_of_exchanges_with_all_that_was_sent(transport: Transport) -> None:
    await transport.publish(Message("results", "bot.moderation.ban.succeeded", b"{}"))
    async with aclosing(transport.follow("live", offset="first")) as entries:
        (entry,) = await read(entries, 1)
    assert (entry.offset, entry.body, entry.routing_key) == (0, b"{}", "bot.moderation.ban.succeeded")
    assert (entry.exchange, entry.user_id, entry.content_encoding) == ("results", "worker", "")
    assert abs(entry.timestamp - datetime.now(UTC)) < timedelta(seconds=5)


async def test_offsets_rise_by_one_and_are_the_same_for_every_reader(connect: Connect) -> None:
    first, second = await connect(), await connect()
    await publish(first, 1500)
    for transport in (first, second):
        async with aclosing(transport.follow("live", offset="first", prefetch=100)) as entries:
            found = await read(entries, 1500)
        assert [entry.offset for entry in found] == list(range(1500))
        assert [int(entry.body) for entry in found] == list(range(1500))


@pytest.mark.parametrize("offset", [0, 1, 250, 499])
async def test_following_begins_exactly_at_the_offset(transport: Transport, offset: int) -> None:
    await publish(transport, 500)
    async with aclosing(transport.follow("live", offset=offset)) as entries:
        found = await read(entries, 500 - offset)
    assert [entry.offset for entry in found] == list(range(offset, 500))


async def test_next_gives_only_what_comes_after(transport: Transport) -> None:
    await publish(transport, 10)
    async with aclosing(transport.follow("live", offset="next")) as entries:
        reading = asyncio.create_task(read(entries, 3))
        await asyncio.sleep(1.0)
        await publish(transport, 3, start=10)
        assert [entry.offset for entry in await reading] == [10, 11, 12]


async def test_an_offset_beyond_the_end_waits_until_the_stream_gets_there(transport: Transport) -> None:
    await publish(transport, 5)
    async with aclosing(transport.follow("live", offset=8)) as entries:
        reading = asyncio.create_task(read(entries, 2))
        await asyncio.sleep(0.5)
        await publish(transport, 5, start=5)
        assert [entry.offset for entry in await reading] == [8, 9]


async def test_a_follower_sees_entries_as_they_come(transport: Transport) -> None:
    async with aclosing(transport.follow("live", offset="first")) as entries:
        for n in range(5):
            await publish(transport, 1, start=n)
            assert [entry.offset for entry in await read(entries, 1)] == [n]


async def test_the_ends_of_a_stream(transport: Transport) -> None:
    assert await transport.stream_ends("live") is None
    await publish(transport, 1)
    assert await transport.stream_ends("live") == (0, 0)
    await publish(transport, 700, start=1)
    assert await transport.stream_ends("live") == (0, 700)


async def test_a_slow_follower_delays_nobody(transport: Transport) -> None:
    slow = transport.follow("live", offset="first", prefetch=10)
    async with aclosing(slow), aclosing(transport.follow("live", offset="first")) as fast:
        await publish(transport, 1000)
        await read(slow, 1)
        assert len(await read(fast, 1000)) == 1000
        assert [entry.offset for entry in await read(slow, 999)] == list(range(1, 1000))


async def test_closing_the_transport_ends_the_following(connect: Connect) -> None:
    transport = await connect()

    async def follow_to_the_end() -> list[StreamEntry]:
        return [entry async for entry in transport.follow("live", offset="first")]

    following = asyncio.create_task(follow_to_the_end())
    await publish(transport, 3)
    await asyncio.sleep(0.3)
    await transport.close()
    async with asyncio.timeout(5):
        assert len(await following) == 3


async def test_a_stream_that_is_not_declared_is_an_error(transport: Transport) -> None:
    with pytest.raises(BusError, match="no-such-stream"):
        await read(transport.follow("no-such-stream", offset="first"), 1)


async def test_every_listener_hears_every_announcement(connect: Connect) -> None:
    transports = [await connect() for _ in range(3)]
    listeners = [transport.listen("control") for transport in transports]
    for listener in listeners:
        assert await anext(listener) == b""
    await transports[0].publish(Message("control", "", b"settings 7"))
    for listener in listeners:
        async with asyncio.timeout(5):
            assert await anext(listener) == b"settings 7"
        await listener.aclose()  # type: ignore[attr-defined]


async def test_an_announcement_that_nobody_hears_is_unroutable_and_leaves_nothing(connect: Connect) -> None:
    transport = await connect()
    listener = transport.listen("control")
    assert await anext(listener) == b""
    await listener.aclose()  # type: ignore[attr-defined]
    await asyncio.sleep(0.2)
    answers = await transport.publish_all([Message("control", "", b"anybody?")])
    assert [type(answer).__name__ for answer in answers] == ["Unroutable"]


async def test_closing_the_transport_ends_the_listening(connect: Connect) -> None:
    transport = await connect()

    async def listen_to_the_end() -> list[bytes]:
        return [body async for body in transport.listen("control")]

    listening = asyncio.create_task(listen_to_the_end())
    await asyncio.sleep(0.3)
    await transport.close()
    async with asyncio.timeout(5):
        assert await listening == [b""]
