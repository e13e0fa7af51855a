"""The two brokers behind one face, so that a test can run on either."""

from __future__ import annotations

from typing import Protocol

import aio_pika

from bus.clock import SystemClock
from bus.memory import MemoryBroker, MemoryTransport
from bus.rabbitmq import RabbitMQTransport
from bus.topology import Topology
from bus.transport import Transport
from tests.rabbitmq import Vhost

__all__ = ["Broker", "InMemory", "OnRabbitMQ"]

_CLOCK = SystemClock()


class Broker(Protocol):
    """A broker with the topology in it."""

    topology: Topology

    def transport(self, user: str) -> Transport: ...

    async def depth(self, queue: str) -> int:
        """How many messages a queue has for its consumers; what they hold is counted once they are gone."""
        ...


class InMemory:
    """Made inside the test's event loop at the first transport."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.broker = MemoryBroker(topology, _CLOCK)

    def transport(self, user: str) -> Transport:
        return MemoryTransport(self.broker, user=user)

    async def depth(self, queue: str) -> int:
        return self.broker.queue(queue).depth


class OnRabbitMQ:
    """A virtual host of its own on the session's node."""

    def __init__(self, vhost: Vhost, topology: Topology) -> None:
        self.vhost = vhost
        self.topology = topology

    def transport(self, user: str) -> Transport:
        return RabbitMQTransport(self.vhost.url(user), self.topology, clock=_CLOCK, name=user)

    async def depth(self, queue: str) -> int:
        # Asked of the queue itself: the management API's numbers are seconds old.
        connection = await aio_pika.connect(self.vhost.url("operator"))
        async with connection:
            channel = await connection.channel()
            declared = await channel.declare_queue(queue, passive=True)
            return declared.declaration_result.message_count or 0
