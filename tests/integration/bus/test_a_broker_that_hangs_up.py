"""Opening and attaching while the broker hangs up, at each step of the handshake: whatever waits goes on trying.

A node that starts or stops does this; a scripted one does it at the step that a test wants.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
from pamqp import commands, frame

from bus._rabbitmq_consumer import RabbitMQConsumer
from bus._rabbitmq_link import Link
from bus._rabbitmq_listener import listen_to
from bus._rabbitmq_publisher import Publisher
from bus._rabbitmq_stream import follow_stream
from bus.broker_address import parse_address
from bus.clock import SystemClock

_ENOUGH = 3
_CAPABILITIES = {"publisher_confirms": True, "basic.nack": True}
# What the broker says, in order, and whether it waits for the client's answer after it.
_HANDSHAKE = (
    (commands.Connection.Start(server_properties={"capabilities": _CAPABILITIES}), 0, 1),
    (commands.Connection.Tune(channel_max=100, frame_max=131_072, heartbeat=60), 0, 2),
    (commands.Connection.OpenOk(), 0, 1),
    (commands.Channel.OpenOk(), 1, 1),
)
_EVERYTHING = len(_HANDSHAKE)
_FAREWELLS = [
    *((step, farewell) for step in range(_EVERYTHING + 1) for farewell in ("closes", "resets")),
    (_EVERYTHING, "closes the channel"),
]


class HangingUp:
    """Takes part in so many steps of the handshake, then says farewell in its way."""

    def __init__(self, steps: int, farewell: str) -> None:
        self.port = 0
        self.connections = 0
        self.tried_often = asyncio.Event()
        self._steps = _HANDSHAKE[:steps]
        self._farewell = farewell

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.connections == _ENOUGH:
            self.tried_often.set()
        with suppress(EOFError, OSError):
            await reader.readexactly(8)
            answers_due = 0
            for said, channel, answers in self._steps:
                for _ in range(answers_due):
                    await _read_frame(reader)
                writer.write(frame.marshal(said, channel))
                answers_due = answers
            # In the same breath as the last step, so that both are there when the client looks.
            match self._farewell:
                case "closes":
                    writer.write(frame.marshal(commands.Connection.Close(320, "CONNECTION_FORCED - shutdown", 0, 0), 0))
                case "closes the channel":
                    writer.write(frame.marshal(commands.Channel.Close(541, "INTERNAL_ERROR", 0, 0), 1))
                case _:
                    writer.transport.abort()
            await writer.drain()
        writer.close()


async def _read_frame(reader: asyncio.StreamReader) -> None:
    head = await reader.readexactly(7)
    await reader.readexactly(struct.unpack(">I", head[3:7])[0] + 1)


@pytest.fixture(params=_FAREWELLS, ids=lambda param: f"{param[1]} after {param[0]} steps")
async def broker(request: pytest.FixtureRequest) -> AsyncIterator[HangingUp]:
    one = HangingUp(*request.param)
    server = await asyncio.start_server(one.accept, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    yield one
    server.close()


async def _consume(link: Link) -> None:
    consumer = RabbitMQConsumer(link, "work", prefetch=1)
    try:
        await link.closed.wait()
    finally:
        await consumer.close()


async def _follow(link: Link) -> None:
    async for _ in follow_stream(link, "live", offset=0, prefetch=1):
        pass


async def _listen(link: Link) -> None:
    async for _ in listen_to(link, "control"):
        pass


async def _publish(link: Link) -> None:
    publisher = Publisher(link, {}, SystemClock())
    try:
        await publisher.start()
    finally:
        await publisher.close()


@pytest.mark.parametrize("use", [_consume, _follow, _listen, _publish])
async def test_it_is_tried_again(broker: HangingUp, use: Callable[[Link], Coroutine[Any, Any, None]]) -> None:
    address = parse_address(f"amqp://somebody:secret@127.0.0.1:{broker.port}/")
    link = Link(address, name="test", heartbeat_seconds=60, closed=asyncio.Event())
    using = asyncio.create_task(use(link))
    tried = asyncio.create_task(broker.tried_often.wait())
    try:
        await asyncio.wait({using, tried}, timeout=30, return_when=asyncio.FIRST_COMPLETED)
        assert tried.done(), f"gave up after {broker.connections} connections"
    finally:
        tried.cancel()
        link.closed.set()
        using.cancel()
        await asyncio.gather(using, tried, return_exceptions=True)
        await link.close()
