"""The transport over a broker in memory: passes the same contract tests as RabbitMQ's."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from bus._inbox import Inbox
from bus._memory_queue import MemoryQueue, QueueReader
from bus.errors import BrokerUnavailable, BusError
from bus.memory_broker import MemoryBroker
from bus.transport import Consumer, Delivery, Depth, Message, StreamEntry, StreamOffset

__all__ = ["MemoryBroker", "MemoryTransport"]

_YIELD_EVERY = 500


class _Session:
    """From a start to its close: whoever waits inside is woken by the close."""

    def __init__(self) -> None:
        self.open = True
        self.wakers: set[Callable[[], None]] = set()

    def close(self) -> None:
        self.open = False
        for wake in self.wakers:
            wake()


class MemoryTransport:
    """One component's way to a `MemoryBroker`. Closing gives back what its consumers held."""

    def __init__(self, broker: MemoryBroker, *, user: str) -> None:
        self._broker = broker
        self._user = user
        self._session = _Session()
        self._session.close()
        self._consumers: set[MemoryConsumer] = set()

    @property
    def user(self) -> str:
        return self._user

    @property
    def connected(self) -> bool:
        return self._session.open

    async def start(self) -> None:
        if not self._session.open:
            self._session = _Session()

    async def close(self) -> None:
        self._session.close()
        for consumer in list(self._consumers):
            await consumer.stop()
            consumer.close()
        self._consumers.clear()

    async def publish(self, message: Message, *, timeout_seconds: float = 10.0) -> None:
        (error,) = await self.publish_all([message], timeout_seconds=timeout_seconds)
        if error is not None:
            raise error

    async def publish_all(self, messages: Sequence[Message], *, timeout_seconds: float = 10.0) -> list[BusError | None]:
        if not self._session.open:
            return [BrokerUnavailable("the transport was not started or is closed") for _ in messages]
        answers: list[BusError | None] = []
        for message in messages:
            answers.append(self._broker.publish(message, self._user))
            if len(answers) % _YIELD_EVERY == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        return answers

    @asynccontextmanager
    async def consume(self, queue: str, *, prefetch: int) -> AsyncIterator[Consumer]:
        self._check_open()
        try:
            found = self._broker.queue(queue)
        except KeyError as error:
            raise _missing(f"queue {queue!r}") from error
        consumer = MemoryConsumer(found, QueueReader(Inbox(), prefetch, self._broker.new_channel()))
        self._consumers.add(consumer)
        try:
            yield consumer
        finally:
            self._consumers.discard(consumer)
            await consumer.stop()
            consumer.close()

    async def follow(self, stream: str, *, offset: StreamOffset, prefetch: int = 500) -> AsyncIterator[StreamEntry]:
        self._check_open()
        try:
            found = self._broker.stream(stream)
        except KeyError as error:
            raise _missing(f"stream {stream!r}") from error
        session = self._session
        session.wakers.add(found.wake)
        at = found.start_at(offset)
        while session.open:
            entries = found.read(at, prefetch)
            if not entries:
                await found.changed()
            for entry in entries:
                at = entry.offset + 1
                yield entry
            # A follower that catches up must still let everybody else have a turn.
            await asyncio.sleep(0)

    async def stream_ends(self, stream: str) -> tuple[int, int] | None:
        self._check_open()
        try:
            return self._broker.stream(stream).ends()
        except KeyError as error:
            raise _missing(f"stream {stream!r}") from error

    async def depths(self, queues: Sequence[str]) -> Mapping[str, Depth]:
        self._check_open()
        try:
            return {name: self._broker.queue(name).now for name in queues}
        except KeyError as error:
            raise _missing(f"queue {error}") from error

    async def listen(self, exchange: str) -> AsyncIterator[bytes]:
        self._check_open()
        session = self._session
        arrived: deque[bytes] = deque([b""])
        wake = asyncio.Event()

        def take(body: bytes) -> None:
            arrived.append(body)
            wake.set()

        try:
            unbind = self._broker.bind_listener(exchange, take)
        except KeyError as error:
            raise _missing(f"exchange {exchange!r}") from error
        session.wakers.add(wake.set)
        try:
            while session.open:
                while arrived:
                    yield arrived.popleft()
                wake.clear()
                if session.open:
                    await wake.wait()
        finally:
            session.wakers.discard(wake.set)
            unbind()

    def _check_open(self) -> None:
        if not self._session.open:
            raise BrokerUnavailable("the transport was not started or is closed")


class MemoryConsumer:
    """See `bus.transport.Consumer`."""

    def __init__(self, queue: MemoryQueue, reader: QueueReader) -> None:
        self._queue = queue
        self._reader = reader
        self._open = True
        queue.attach(reader)

    async def batch(self, *, most: int, wait_seconds: float) -> list[Delivery]:
        return await self._reader.inbox.batch(most=most, wait_seconds=wait_seconds)

    def ack(self, delivery: Delivery) -> None:
        if delivery.epoch == self._reader.epoch:
            self._queue.ack(self._reader, delivery.tag)

    def reject(self, delivery: Delivery) -> None:
        if delivery.epoch == self._reader.epoch:
            self._queue.reject(self._reader, delivery.tag)

    def requeue(self, delivery: Delivery) -> None:
        if delivery.epoch == self._reader.epoch:
            self._queue.requeue(self._reader, delivery.tag)

    async def stop(self) -> None:
        self._queue.detach(self._reader)
        self._reader.inbox.close()

    def close(self) -> None:
        """Give back everything that was not settled."""
        if self._open:
            self._open = False
            self._reader.inbox.forget()
            self._queue.remove(self._reader)


def _missing(what: str) -> BrokerUnavailable:
    return BrokerUnavailable(f"{what} does not exist on the broker; run `guildbus topology apply`")
