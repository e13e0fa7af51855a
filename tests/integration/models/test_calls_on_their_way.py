from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from models.database import WORKER_ROLE, Database
from models.ledger import Ledger
from tests.integration.models.commands import claim, command, phases, settlement, take
from tests.postgres import as_role


@pytest_asyncio.fixture
async def ledger(database: Database) -> AsyncIterator[Ledger]:
    """With the rights of a worker, and no others."""
    async with as_role(database, WORKER_ROLE) as own:
        yield Ledger(own)


async def test_what_is_newer_waits_for_a_call_that_may_be_on_its_way(ledger: Ledger, database: Database) -> None:
    older, late = command(), command()
    subject = f"member:{older.id}"
    first = await take(ledger, older, subject=subject)
    await ledger.settle([settlement(first, "retrying", attempt=2, on_its_way_seconds=30.0)])
    newer = [command(source=source) for source in ("bot", "dashboard")]
    await Ledger(database).accept(newer[1], subject=subject, principal="test", idempotency_key=None, body_hash=b"")
    asked = [claim(one, subject=subject) for one in newer]
    assert await ledger.claim_new(asked, 10) == [None, None]
    assert [one.verdict for one in await ledger.claim(asked, 10)] == ["unknown", "held"]
    assert [await phases(database, one) for one in newer] == [[], []]
    elsewhere, refused = claim(command(), subject=f"member:{late.id}"), claim(command(), "refused", subject=subject)
    assert [one.verdict for one in await ledger.claim([elsewhere, refused], 10)] == ["fresh", "fresh"]
    repeat = await take(ledger, command(id=older.id, attempt=2), subject=subject)
    assert repeat.verdict == "fresh", "its own repeat is not held up by it"
    await ledger.settle([settlement(repeat, "succeeded", attempt=2)])
    assert (await take(ledger, newer[0], subject=subject)).verdict == "unknown", "the first call may come yet"
    await database.fetch(
        "WITH past AS (UPDATE commands SET on_its_way_until = now() WHERE id = $1) SELECT pg_sleep(0.001)", older.id
    )
    assert [one.verdict for one in await ledger.claim(asked, 10)] == ["fresh", "fresh"]


async def test_what_is_newer_waits_for_the_call_of_a_worker_that_was_lost(ledger: Ledger) -> None:
    older, newer = command(), command()
    subject = f"member:{older.id}"
    await take(ledger, older, lease=0, subject=subject)
    second = await take(ledger, older, subject=subject)
    await ledger.settle([settlement(second)])
    assert (second.takeover, (await take(ledger, newer, subject=subject)).verdict) == (True, "unknown")


async def test_what_was_approved_is_held_up_and_not_asked_about_again(ledger: Ledger, database: Database) -> None:
    older, newer = command(), command(expires_at=datetime.now(UTC) + timedelta(hours=1))
    subject = f"member:{older.id}"
    waiting = claim(newer, "awaiting_approval", subject=subject)
    assert [one.verdict for one in await ledger.claim([waiting], 0)] == ["fresh"]
    first = await take(ledger, older, subject=subject)
    await ledger.settle([settlement(first, "dead", on_its_way_seconds=30.0)])
    assert (await take(ledger, newer, subject=subject)).verdict == "waiting"
    await database.fetch(
        "WITH decided AS (UPDATE commands SET approval = $2 WHERE id = $1) SELECT 1", newer.id, '{"verdict":"approved"}'
    )
    assert (await take(ledger, newer, subject=subject)).verdict == "held"
