"""One web process for all attacks: each leaves it as it was, or the next one shows that it did not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio

from bus.clock import SystemClock
from bus.memory import MemoryBroker, MemoryTransport
from bus.topology import load_topology
from models.database import Database
from tests.acceptance.platform import crowd
from tests.integration.web.running_web import RunningWeb, know_the_guilds, running_web
from tests.postgres import admin, connected, named

HEAD_SECONDS = 1.0
OPERATOR = int(crowd(3))
"""A plain member at Discord: only the setting makes the difference."""


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def door(postgres_server: str, migrated_template: str) -> AsyncIterator[RunningWeb]:
    """With a short patience for heads of requests, and every limit of its own switched off."""
    name = f"guildbus_attacks_{uuid4().hex[:12]}"
    await admin(postgres_server, f'CREATE DATABASE "{name}" TEMPLATE "{migrated_template}"')
    transport = MemoryTransport(MemoryBroker(load_topology(), SystemClock()), user="web")
    await transport.start()
    async with connected(Database(named(postgres_server, name), max_size=4)) as database:
        await know_the_guilds(database)
        async with running_web(database, transport, head_seconds=HEAD_SECONDS, operators=frozenset((OPERATOR,))) as web:
            yield web
    await transport.close()
    await admin(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)')
