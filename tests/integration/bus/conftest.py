"""Fixtures of the bus's integration tests: both transports, and a real RabbitMQ node."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bus.clock import SystemClock
from bus.memory import MemoryBroker, MemoryTransport
from bus.rabbitmq import RabbitMQTransport
from bus.topology import Topology, load_topology
from bus.transport import Transport
from tests.rabbitmq import Broker, Vhost, delete_vhost, new_vhost

Connect = Callable[[], Awaitable[Transport]]


@pytest.fixture(scope="session")
def topology() -> Topology:
    return load_topology(Path(__file__).parent / "contract" / "topology.yaml")


@pytest.fixture
def vhost(rabbitmq_node: Broker, topology: Topology) -> AsyncIterator[Vhost]:
    """A fresh virtual host with the small topology, for one test."""
    vhost = new_vhost(rabbitmq_node, topology)
    yield vhost
    delete_vhost(vhost)


@pytest.fixture(params=["memory", "rabbitmq"])
async def connect(request: pytest.FixtureRequest, topology: Topology) -> AsyncIterator[Connect]:
    """Opens one more transport, as the user `worker`, to the same broker; all are closed after the test."""
    opened: list[Transport] = []
    memory = MemoryBroker(topology, SystemClock())
    vhost = request.getfixturevalue("vhost") if request.param == "rabbitmq" else None

    async def open_one() -> Transport:
        transport: Transport
        if vhost is None:
            transport = MemoryTransport(memory, user="worker")
        else:
            transport = RabbitMQTransport(vhost.url("worker"), topology, clock=SystemClock(), name="contract")
        await transport.start()
        opened.append(transport)
        return transport

    yield open_one
    for transport in opened:
        await transport.close()


@pytest.fixture
async def transport(connect: Connect) -> Transport:
    return await connect()
