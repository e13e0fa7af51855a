"""A real PostgreSQL for tests: one server per session, one migrated database per test module.

In a `conftest.py`: `from tests.postgres import *` (or name what you need), then ask for `database_url` (a fresh,
migrated database, as its owner) or `database` (a connected `Database`, as the role every process runs as).
With DATABASE_URL set, that server is used; its user must be allowed to create databases. Otherwise one is started
in a folder of its own and stopped at the end.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from models import migrate
from models.database import Database
from models.embedded import EmbeddedPostgres

__all__ = [
    "admin",
    "as_role",
    "connected",
    "database",
    "database_url",
    "empty_database_url",
    "migrated_template",
    "named",
    "postgres_server",
]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server, as a user that may create databases."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    # Not under pytest's own folders: another run of pytest takes away every other user's way into those.
    folder = Path(tempfile.mkdtemp(prefix="guildbus-tests-"))
    server = EmbeddedPostgres(folder)
    try:
        yield asyncio.run(server.start())
    finally:
        asyncio.run(server.stop())
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_template(postgres_server: str) -> Iterator[str]:
    """The name of a migrated database that nobody is connected to, to be copied in a tenth of a second."""
    name = f"guildbus_template_{uuid4().hex[:12]}"
    asyncio.run(admin(postgres_server, f'CREATE DATABASE "{name}"'))
    asyncio.run(migrate.upgrade(named(postgres_server, name)))
    yield name
    asyncio.run(admin(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(scope="module")
def database_url(postgres_server: str, migrated_template: str) -> Iterator[str]:
    """A fresh, migrated database for this test module, as its owner."""
    name = f"guildbus_test_{uuid4().hex[:12]}"
    asyncio.run(admin(postgres_server, f'CREATE DATABASE "{name}" TEMPLATE "{migrated_template}"'))
    yield named(postgres_server, name)
    asyncio.run(admin(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture
def empty_database_url(postgres_server: str) -> Iterator[str]:
    """A database with nothing in it, for one test, as its owner."""
    name = f"guildbus_empty_{uuid4().hex[:12]}"
    asyncio.run(admin(postgres_server, f'CREATE DATABASE "{name}"'))
    yield named(postgres_server, name)
    asyncio.run(admin(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Connected to the module's database as `guildbus_app`, for one test."""
    async with connected(Database(database_url, max_size=4)) as database:
        yield database


@asynccontextmanager
async def connected(database: Database, *, give_up_after_seconds: float = 30) -> AsyncIterator[Database]:
    """Connected, and closed whatever happens: one left open would be what Tortoise's models use in all later tests."""
    try:
        await database.connect(give_up_after_seconds=give_up_after_seconds)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def as_role(database: Database, role: str) -> AsyncIterator[Database]:
    """The same database in connections of their own, with the rights of one room (models/roles.sql)."""
    other = Database("postgresql://localhost/as-the-other", max_size=4)
    other._config = deepcopy(database._config)
    other._config["connections"]["default"]["credentials"]["server_settings"]["role"] = role
    async with connected(other):
        yield other


async def admin(url: str, sql: str) -> None:
    """One statement outside of any transaction."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def named(url: str, database: str) -> str:
    """The URL of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()
