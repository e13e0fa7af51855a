"""Workers in the process of the test, on a real PostgreSQL, the sandbox as Discord, and either broker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from models import streams
from models.database import Database
from sandbox.settings import SandboxSettings
from tests.integration.sandbox.running_sandbox import Sandbox, running
from tests.integration.workers.brokers import Broker, InMemory, OnRabbitMQ
from tests.integration.workers.platform import Platform
from tests.integration.workers.quick import on_their_way_for, quick_topology
from tests.rabbitmq import delete_vhost, new_vhost


@pytest.fixture(autouse=True)
def soon_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call whose answer never came is waited for for a moment only."""
    on_their_way_for(monkeypatch, 0.3)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running(SandboxSettings(enforce_limits=False)) as one:
        yield one


@pytest.fixture
def in_memory() -> Broker:
    return InMemory(quick_topology())


@pytest.fixture(params=["memory", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """For what depends on how a broker delivers, redelivers and sets aside."""
    if request.param == "memory":
        yield InMemory(quick_topology())
        return
    vhost = new_vhost(request.getfixturevalue("rabbitmq_node"), quick_topology())
    yield OnRabbitMQ(vhost, quick_topology())
    delete_vhost(vhost)


@pytest.fixture
async def platform(
    in_memory: Broker, database: Database, database_url: str, sandbox: Sandbox
) -> AsyncIterator[Platform]:
    """Nothing takes commands yet: a test starts its workers."""
    await streams.renew(database, "live")
    await streams.renew(database, "gateway")
    async with Platform(in_memory, database, database_url, sandbox) as one:
        yield one


@pytest.fixture
async def on_both(broker: Broker, database: Database, database_url: str, sandbox: Sandbox) -> AsyncIterator[Platform]:
    """The same, once for each broker."""
    await streams.renew(database, "live")
    await streams.renew(database, "gateway")
    async with Platform(broker, database, database_url, sandbox) as one:
        yield one
