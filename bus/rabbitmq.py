"""The transport over RabbitMQ, on aio-pika's plain connections: one to publish, one to consume, one for streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Container, Mapping, Sequence
from contextlib import asynccontextmanager

from bus._rabbitmq_consumer import RabbitMQConsumer
from bus._rabbitmq_depths import depths_of
from bus._rabbitmq_link import Link
from bus._rabbitmq_listener import listen_to
from bus._rabbitmq_publisher import Publisher
from bus._rabbitmq_stream import follow_stream, stream_ends
from bus.broker_address import parse_address
from bus.clock import Clock
from bus.errors import BrokerUnavailable, BusError, TopologyDrift
from bus.topology import Stream, Topology
from bus.transport import Consumer, Depth, Message, StreamEntry, StreamOffset

__all__ = ["RabbitMQTransport"]


class RabbitMQTransport:
    """Declares nothing but its own exclusive queues: the topology is applied by a step of its own.

    `name` is what RabbitMQ's management UI shows the connections under. Raises BrokerAddressInvalid.
    """

    def __init__(self, url: str, topology: Topology, *, clock: Clock, name: str, heartbeat_seconds: int = 10) -> None:
        self._address = parse_address(url)
        self._topology = topology
        self._name = name
        self._heartbeat_seconds = heartbeat_seconds
        self._closed = asyncio.Event()
        self._closed.set()
        self._publisher = Publisher(self._link("publishing"), topology.exchanges, clock)
        # A channel of their own for what goes to streams: beside messages to other queues, RabbitMQ 3.10 confirms what
        # it does not keep while a stream that lost its leader has no new one yet (docs/reliability.md).
        self._stream_publisher = Publisher(self._link("publishing to streams"), topology.exchanges, clock)
        self._to_streams = exchanges_to_streams(topology)
        self._consuming = self._link("consuming")
        self._streaming = self._link("streaming")
        self._consumers: set[RabbitMQConsumer] = set()

    @property
    def user(self) -> str:
        return self._address.user

    @property
    def connected(self) -> bool:
        return self._publisher.is_open and self._stream_publisher.is_open

    async def start(self) -> None:
        """Raises AccessRefused where the broker does not let this user in; waits for a broker that is down."""
        self._closed.clear()
        await asyncio.gather(self._publisher.start(), self._stream_publisher.start())

    async def close(self) -> None:
        self._closed.set()
        for consumer in list(self._consumers):
            await consumer.close()
        self._consumers.clear()
        await asyncio.gather(
            self._consuming.close(),
            self._streaming.close(),
            self._publisher.close(),
            self._stream_publisher.close(),
        )

    async def publish(self, message: Message, *, timeout_seconds: float = 10.0) -> None:
        (error,) = await self.publish_all([message], timeout_seconds=timeout_seconds)
        if error is not None:
            raise error

    async def publish_all(self, messages: Sequence[Message], *, timeout_seconds: float = 10.0) -> list[BusError | None]:
        if self._closed.is_set():
            return [BrokerUnavailable("the transport was not started or is closed") for _ in messages]
        shares: dict[Publisher, list[int]] = {}
        for n, message in enumerate(messages):
            publisher = self._stream_publisher if message.exchange in self._to_streams else self._publisher
            shares.setdefault(publisher, []).append(n)
        told = await asyncio.gather(
            *(
                publisher.publish_all([messages[n] for n in share], timeout_seconds=timeout_seconds)
                for publisher, share in shares.items()
            )
        )
        answers: list[BusError | None] = [None] * len(messages)
        for share, some in zip(shares.values(), told, strict=True):
            for n, answer in zip(share, some, strict=True):
                answers[n] = answer
        return answers

    @asynccontextmanager
    async def consume(self, queue: str, *, prefetch: int) -> AsyncIterator[Consumer]:
        self._check(queue, self._topology.queues)
        consumer = RabbitMQConsumer(self._consuming, queue, prefetch=prefetch)
        self._consumers.add(consumer)
        try:
            yield consumer
        finally:
            self._consumers.discard(consumer)
            await consumer.close()

    async def follow(self, stream: str, *, offset: StreamOffset, prefetch: int = 500) -> AsyncIterator[StreamEntry]:
        self._check(stream, self._topology.queues)
        entries = follow_stream(self._streaming, stream, offset=offset, prefetch=prefetch)
        async for entry in entries:
            yield entry

    async def stream_ends(self, stream: str) -> tuple[int, int] | None:
        self._check(stream, self._topology.queues)
        return await stream_ends(self._streaming, stream)

    async def depths(self, queues: Sequence[str]) -> Mapping[str, Depth]:
        for queue in queues:
            self._check(queue, self._topology.queues)
        return await depths_of(self._streaming, queues)

    async def listen(self, exchange: str) -> AsyncIterator[bytes]:
        self._check(exchange, self._topology.exchanges)
        async for body in listen_to(self._consuming, exchange):
            yield body

    def _link(self, purpose: str) -> Link:
        return Link(
            self._address,
            name=f"{self._name} {purpose}",
            heartbeat_seconds=self._heartbeat_seconds,
            closed=self._closed,
        )

    def _check(self, name: str, declared: Container[str]) -> None:
        if self._closed.is_set():
            raise BrokerUnavailable("the transport was not started or is closed")
        if name not in declared:
            raise TopologyDrift(f"{name!r} is not declared in topology.yaml")


def exchanges_to_streams(topology: Topology) -> frozenset[str]:
    """The exchanges from which a message can reach a stream, over other exchanges too."""
    reaching: set[str] = set()
    while True:
        more = {
            binding.source
            for binding in topology.bindings
            if isinstance(topology.queues.get(binding.destination), Stream)
            or (binding.destination_kind == "exchange" and binding.destination in reaching)
        }
        if more <= reaching:
            return frozenset(reaching)
        reaching |= more
