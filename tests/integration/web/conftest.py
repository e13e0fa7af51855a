"""The web process against a real PostgreSQL; the broker is in memory but where a test says otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bus.clock import SystemClock
from bus.memory import MemoryBroker, MemoryTransport
from bus.topology import load_topology
from bus.transport import Transport
from models.database import Database
from tests.integration.web.running_web import RunningWeb, know_the_guilds, running_web


@pytest.fixture
def broker() -> MemoryBroker:
    return MemoryBroker(load_topology(), SystemClock())


@pytest.fixture
async def transport(broker: MemoryBroker) -> AsyncIterator[Transport]:
    transport = MemoryTransport(broker, user="web")
    await transport.start()
    yield transport
    await transport.close()


@pytest.fixture
async def web(database: Database, transport: Transport) -> AsyncIterator[RunningWeb]:
    await know_the_guilds(database)
    async with running_web(database, transport) as running:
        yield running
