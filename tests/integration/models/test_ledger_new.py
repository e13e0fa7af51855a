"""The short way of a claim, for what the ledger has never seen: it must leave what the long way would have left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from bus.envelopes import Command, ReplyTo
from bus.ids import Snowflake, new_id
from models.database import WORKER_ROLE, Database
from models.ledger import Ledger
from models.ledger_types import Claim
from tests.integration.models.commands import claim, command, settlement
from tests.postgres import as_role


@pytest_asyncio.fixture
async def ledger(database: Database) -> AsyncIterator[Ledger]:
    """With the rights of a worker, and no others."""
    async with as_role(database, WORKER_ROLE) as own:
        yield Ledger(own)


def from_discord(**fields: Any) -> Command:
    return command(source="bot", **fields)


async def audit_of(database: Database, what: Command) -> list[dict[str, Any]]:
    rows = await database.fetch("SELECT * FROM audit WHERE command_id = $1 ORDER BY id", what.id)
    return [dict(row) for row in rows]


async def stored(database: Database, what: Command) -> dict[str, Any] | None:
    rows = await database.fetch("SELECT * FROM commands WHERE id = $1", what.id)
    return dict(rows[0]) if rows else None


_EACH_ITS_OWN = {"id", "command_id", "correlation_id", "issued_at", "at"}
_MOMENTS = {"created_at", "updated_at", "settled_at", "lease_until"}


def comparable(row: dict[str, Any] | None) -> dict[str, Any]:
    assert row is not None
    kept = {name: value for name, value in row.items() if name not in _EACH_ITS_OWN}
    return kept | {name: kept[name] is not None for name in _MOMENTS & kept.keys()}


@pytest.mark.parametrize("state", ["running", "succeeded", "refused"])
async def test_both_ways_leave_the_same(ledger: Ledger, database: Database, state: Any) -> None:
    to = ReplyTo(Snowflake(1), "token", Snowflake(77), True, "de")
    fields: dict[str, Any] = {"reply_to": to, "trace": None, "expires_at": datetime.now(UTC) + timedelta(hours=1)}
    short, long = (claim(from_discord(**fields), state, "member:123") for _ in range(2))
    [by_short] = await ledger.claim_new([short], 10)
    [by_long] = await ledger.claim([long], 10)
    assert by_short is not None
    assert msgspec.structs.replace(by_short, id=by_long.id) == by_long
    rows = [comparable(await stored(database, one.command)) for one in (short, long)]
    assert rows[0] == rows[1]
    trails = [[comparable(row) for row in await audit_of(database, one.command)] for one in (short, long)]
    assert trails[0] == trails[1]
    assert len(trails[0]) == 1


async def test_what_is_there_already_is_left_to_the_long_way(ledger: Ledger, database: Database) -> None:
    queued, running, finished, new = (from_discord() for _ in range(4))
    await ledger.record([queued])
    held = await ledger.claim([claim(running), claim(finished)], 10)
    await ledger.settle([settlement(held[1])])
    before = [await audit_of(database, one) for one in (queued, running, finished)]
    batch = [queued, new, finished, running]
    answers = await ledger.claim_new([claim(one) for one in batch], 10)
    assert [answer and answer.id for answer in answers] == [None, new.id, None, None]
    assert [await audit_of(database, one) for one in (queued, running, finished)] == before
    verdicts = [answer.verdict for answer in await ledger.claim([claim(one) for one in batch], 10)]
    assert verdicts == ["fresh", "held", "finished", "held"]


async def test_a_command_that_waited_is_compared_with_newer_ones_of_its_subject(ledger: Ledger) -> None:
    long_ago = datetime.now(UTC) - timedelta(seconds=6)
    late = claim(from_discord(issued_at=long_ago), subject="member:5")
    newer = claim(from_discord(), subject="member:5")
    without = claim(from_discord(issued_at=long_ago))
    answers = await ledger.claim_new([late, newer, without], 10)
    assert [answer is not None for answer in answers] == [False, True, True]
    [claimed] = await ledger.claim([late], 10)
    assert claimed.verdict == "superseded"


@pytest.mark.parametrize("fields", [{"attempt": 2}, {"parent_id": new_id(datetime.now(UTC))}, {"source": "api"}])
async def test_what_the_ledger_must_know_is_not_asked_about(ledger: Ledger, fields: dict[str, Any]) -> None:
    known = command(**({"source": "bot"} | fields))
    assert await ledger.claim_new([claim(known)], 10) == [None]


async def test_what_postgresql_cannot_hold_is_sorted_out_by_the_long_way(ledger: Ledger) -> None:
    good, bad = claim(from_discord()), claim(from_discord(options={"reason": "a\x00b"}))
    assert await ledger.claim_new([good, bad], 10) == [None, None]
    assert [answer.verdict for answer in await ledger.claim([good, bad], 10)] == ["fresh", "invalid"]


async def test_of_many_claimers_on_both_ways_one_wins(ledger: Ledger, database: Database) -> None:
    for _ in range(10):
        ban = from_discord()

        async def short(one: Claim) -> str:
            [answer] = await ledger.claim_new([one], 10)
            return "none" if answer is None else answer.verdict

        async def long(one: Claim) -> str:
            return (await ledger.claim([one], 10))[0].verdict

        verdicts = await asyncio.gather(*(way(claim(ban)) for way in (short, long) * 6))
        assert verdicts.count("fresh") == 1
        assert set(verdicts) <= {"fresh", "held", "unknown", "none"}
        assert len(await audit_of(database, ban)) == 1
