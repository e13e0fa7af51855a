"""Transactions whose connection ends under them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from models.database import Connection, Database, fetch
from models.errors import DatabaseUnavailable

End = Callable[[Connection], Awaitable[None]]


@pytest.fixture
def end(database_url: str) -> End:
    """What an administrator does to a connection; its owner hears of it a moment later."""

    async def terminate(connection: Connection) -> None:
        [row] = await fetch(connection, "SELECT pg_backend_pid() AS pid")
        owner = await asyncpg.connect(database_url)
        await owner.execute("SELECT pg_terminate_backend($1)", row["pid"])
        await owner.close()
        await asyncio.sleep(0.1)

    return terminate


async def test_a_statement_after_the_connection_ended_says_that_the_database_is_away(
    database: Database, end: End
) -> None:
    with pytest.raises(DatabaseUnavailable):  # noqa: PT012 (what leaves the block counts)
        async with database.transaction() as connection:
            await end(connection)
            await connection.execute_query("SELECT 1")
    await database.ping()


@pytest.fixture
async def away(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Its connections are gone, and the server lets nobody in."""

    async def refused(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError("not listening")

    await database.ping()
    monkeypatch.setattr(asyncpg, "connect", refused)
    pool: Any = database.client._pool  # type: ignore[attr-defined]
    await pool.expire_connections()
    return database


async def test_who_looks_for_the_causes_of_an_absence_comes_to_an_end(away: Database) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        async with away.transaction():
            pass
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)
    with pytest.raises(DatabaseUnavailable) as caught:
        await away.fetch("SELECT 1")
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)


async def test_a_commit_after_the_connection_ended_says_so_too(database: Database, end: End) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with database.transaction() as connection:
            await end(connection)
    await database.ping()


@pytest.mark.parametrize("raised", [TimeoutError, LookupError, ConnectionResetError])
async def test_what_the_body_raises_of_its_own_comes_out_as_it_is(
    database: Database, end: End, raised: type[Exception]
) -> None:
    with pytest.raises(raised):  # noqa: PT012
        async with database.transaction() as connection:
            await end(connection)
            raise raised("elsewhere")
    await database.ping()
