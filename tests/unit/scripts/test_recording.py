"""On a broker that forgets, commands are written to the ledger before they are published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Actor, Command
from bus.errors import BrokerUnavailable
from bus.ids import new_id
from bus.memory import MemoryBroker, MemoryTransport
from bus.topology import load_topology
from bus.transport import Message
from models.errors import DatabaseUnavailable
from scripts.up.recording import RecordingTransport

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def ping() -> Command:
    id_ = new_id(NOW)
    actor = Actor(kind="user", id="1", name="Ada")
    return Command(id=id_, type="utility.ping", actor=actor, source="bot", correlation_id=id_, issued_at=NOW)


def message(body: bytes, exchange: str = "commands") -> Message:
    return Message(exchange, "interactive.utility.ping" if exchange == "commands" else "x", body)


class Book:
    """What was recorded, and how much of it was on the queue by then."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self.recorded: list[Command] = []
        self.on_the_queue: list[int] = []

    async def record(self, commands: Sequence[Command]) -> None:
        self.on_the_queue.append(self._broker.queue("commands.interactive").depth)
        self.recorded += commands


async def started(broker: MemoryBroker, book: Book) -> RecordingTransport:
    transport = RecordingTransport(MemoryTransport(broker, user="bot"), book.record)
    await transport.start()
    return transport


async def test_a_command_is_recorded_before_it_is_published() -> None:
    broker = MemoryBroker(load_topology(), SystemClock())
    book = Book(broker)
    transport = await started(broker, book)
    command = ping()
    await transport.publish(message(codec.encode(command)))
    assert book.recorded == [command]
    assert book.on_the_queue == [0]
    assert broker.queue("commands.interactive").depth == 1


async def test_events_and_what_is_no_command_are_not_recorded() -> None:
    broker = MemoryBroker(load_topology(), SystemClock())
    book = Book(broker)
    transport = await started(broker, book)
    answers = await transport.publish_all([message(b"{}", "events"), message(b"nonsense")])
    assert answers == [None, None]
    assert book.recorded == []


async def test_what_cannot_be_recorded_is_not_published() -> None:
    broker = MemoryBroker(load_topology(), SystemClock())

    async def fail(commands: Sequence[Command]) -> None:
        raise DatabaseUnavailable("gone")

    transport = RecordingTransport(MemoryTransport(broker, user="bot"), fail)
    await transport.start()
    with pytest.raises(BrokerUnavailable, match="gone"):
        await transport.publish(message(codec.encode(ping())))
    assert broker.queue("commands.interactive").depth == 0
