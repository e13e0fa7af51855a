"""A mistake of ours: told under the request's id, and one record of it in the log."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import httpx
import pytest
from loguru import logger

from models.database import Database
from tests.integration.web.running_web import ADMIN, GUILD, RunningWeb

AUDIT = f"/api/v1/guilds/{GUILD}/audit"
BULKS = f"/api/v1/guilds/{GUILD}/bulks"


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What was logged as an error, by us or by a library: message and traceback."""
    found: list[str] = []
    sink = logger.add(found.append, level="ERROR", format="{message}", backtrace=False, diagnose=False)
    caplog.set_level(logging.ERROR)
    yield found
    logger.remove(sink)
    assert [record.getMessage() for record in caplog.get_records("call")] == [], "a library logged it too"


@asynccontextmanager
async def without(table: str, database_url: str) -> AsyncIterator[None]:
    """A database that lacks a table: nothing that a request can be blamed for, and nothing that is down."""
    owner = await asyncpg.connect(database_url)
    try:
        await owner.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
        yield
    finally:
        await owner.execute(f"ALTER TABLE IF EXISTS elsewhere RENAME TO {table}")
        await owner.close()


async def test_a_crash_is_answered_and_logged_once_under_its_request_id(
    web: RunningWeb, database_url: str, errors: list[str]
) -> None:
    id = str(uuid4())
    async with await web.key_client() as client, without("bulks", database_url):
        answer = await client.get(BULKS, headers={"X-Request-Id": id})
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert answer.headers["X-Request-Id"] == answer.json()["request_id"] == id
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "elsewhere" not in answer.text
        assert 'bulks" does not exist' not in answer.text
    [record] = errors
    assert record.startswith(f"GET {BULKS} failed, request_id {id}")
    assert record.count("Traceback") >= 1
    assert 'relation "bulks" does not exist' in record


async def test_the_page_of_a_crash_names_the_request_too(web: RunningWeb, database_url: str, errors: list[str]) -> None:
    async with await web.log_in(ADMIN) as browser, without("dead_letters", database_url):
        page = await browser.get(f"/guilds/{GUILD}/dead-letters", headers={"Accept": "text/html"})
    id = page.headers["X-Request-Id"]
    assert page.status_code == 500
    assert f"<code>{id}</code>" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    [record] = errors
    assert f"failed, request_id {id}" in record


async def test_a_response_that_breaks_in_the_middle_is_cut_off_and_logged_once(
    web: RunningWeb, errors: list[str]
) -> None:
    await _lines_of_which_the_oldest_cannot_be_read(web.database)
    id = str(uuid4())
    async with await web.key_client("audit:read") as client:
        with pytest.raises(httpx.TransportError):  # read to a regular end, it would be taken for whole
            await client.get(f"{AUDIT}/export", params={"type": "cut.off"}, headers={"X-Request-Id": id})
        assert (await client.get("/livez")).status_code == 200
    [record] = errors
    assert record.startswith(f"GET {AUDIT}/export failed, request_id {id}")


async def _lines_of_which_the_oldest_cannot_be_read(database: Database) -> None:
    """PostgreSQL holds numbers that nothing else does."""
    await database.fetch(
        """WITH x AS (INSERT INTO audit (id, guild_id, command_id, type, phase, at, actor_kind, actor_id, actor_name,
            source, correlation_id, detail)
        SELECT (lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000')::uuid, $1, gen_random_uuid(), 'cut.off',
            'note', now(), 'user', '1', 'Ada', 'api', gen_random_uuid(),
            CASE n WHEN 1 THEN '{"n": 1e5000}' ELSE '{}' END::jsonb
        FROM generate_series(1, 300) n) SELECT 1""",
        int(GUILD),
    )
