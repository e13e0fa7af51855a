"""What waits for a second person, in the ledger: nothing but a decision, its end or a cancel moves it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from bus.clock import SystemClock
from bus.envelopes import Actor, Command
from bus.ids import new_id
from models.approval_store import ApprovalStore, decide, lock_approval
from models.approvals import Decision, Verdict
from models.database import Database
from models.ledger import Ledger
from models.ledger_types import Claimed
from models.outcome import Outcome
from tests.integration.models.commands import audit, claim, command

CLOCK = SystemClock()
BEA = Actor(kind="user", id="7", name="Bea")


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


async def take(ledger: Ledger, what: Command, state: str) -> Claimed:
    [claimed] = await ledger.claim([claim(what, state)], 10)
    return claimed


async def wait(ledger: Ledger, *, hours: float = 24.0, recorded: bool = False) -> Command:
    """A command that waits; `recorded` as one that was accepted over HTTP before."""
    what = command(expires_at=CLOCK.now() + timedelta(minutes=15))
    if recorded:
        await ledger.record([what])
    later = msgspec.structs.replace(what, expires_at=CLOCK.now() + timedelta(hours=hours))
    assert (await take(ledger, later, "awaiting_approval")).verdict == "fresh"
    return what


async def decided(database: Database, what: Command, verdict: Verdict) -> int:
    assert what.guild_id is not None
    decision = Decision(verdict=verdict, by=BEA, at=CLOCK.now(), command_id=new_id(CLOCK.now()), reason="no")
    async with database.transaction() as connection:
        assert (await lock_approval(connection, what.id, what.guild_id)).state == "awaiting_approval"
        return await decide(connection, what.id, decision, source="dashboard")


@pytest.mark.parametrize("recorded", [False, True])
async def test_it_is_kept_with_its_time_and_its_trail(ledger: Ledger, database: Database, recorded: bool) -> None:
    what = await wait(ledger, recorded=recorded)
    record = await ledger.get(what.id)
    assert record is not None
    assert (record.state, record.settled_at, record.lease_until) == ("awaiting_approval", None, None)
    assert record.expires_at is not None
    assert record.expires_at > CLOCK.now() + timedelta(hours=23)
    assert record.next_attempt_at == record.expires_at
    assert len(await database.fetch("SELECT FROM audit WHERE command_id = $1", what.id)) == 1


@pytest.mark.parametrize("state", ["running", "succeeded", "refused", "expired", "dead", "awaiting_approval"])
async def test_no_delivery_moves_what_waits(ledger: Ledger, state: str) -> None:
    what = await wait(ledger)
    claimed = await take(ledger, what, state)
    assert (claimed.verdict, claimed.state, claimed.outcome) == (
        "waiting",
        "awaiting_approval",
        Outcome("it awaiting_approval", code="awaiting_approval"),
    )


@pytest.mark.parametrize("state", ["running", "succeeded", "refused", "superseded"])
async def test_what_was_approved_goes_any_way(ledger: Ledger, database: Database, state: str) -> None:
    what = await wait(ledger)
    revision = await decided(database, what, "approved")
    claimed = await take(ledger, what, state)
    assert (claimed.verdict, claimed.revision, claimed.takeover) == ("fresh", revision + 1, False)
    record = await ledger.get(what.id)
    assert record is not None
    assert record.approval is not None
    assert (record.state, record.approval.by) == (state, BEA)


async def test_what_was_declined_can_only_end(ledger: Ledger, database: Database) -> None:
    what = await wait(ledger)
    await decided(database, what, "declined")
    assert (await take(ledger, what, "running")).verdict == "waiting"
    assert (await take(ledger, what, "succeeded")).verdict == "waiting"
    assert (await take(ledger, what, "refused")).verdict == "fresh"
    assert (await take(ledger, what, "running")).verdict == "finished"


async def test_it_expires_when_its_own_time_is_over_and_a_sweeper_finds_it(ledger: Ledger) -> None:
    early, late = await wait(ledger), await wait(ledger, hours=-1)
    swept = [one.id for one in await ledger.sweep(0, 100, "interactive", "bulk")]
    assert late.id in swept
    assert early.id not in swept
    assert (await take(ledger, early, "expired")).verdict == "waiting"
    assert (await take(ledger, late, "expired")).verdict == "fresh"


async def test_a_command_that_was_begun_is_not_put_back(ledger: Ledger) -> None:
    what = command()
    assert (await take(ledger, what, "running")).verdict == "fresh"
    assert (await take(ledger, what, "awaiting_approval")).verdict == "held"


async def test_it_can_be_cancelled(ledger: Ledger) -> None:
    what = await wait(ledger)
    assert (await ledger.cancel(what.id, outcome=Outcome("Cancelled"), audit=audit("outcome"))).revision == 2
    assert (await take(ledger, what, "running")).verdict == "finished"


async def test_what_was_decided_is_taken_up_once_and_swept_if_it_was_lost(ledger: Ledger, database: Database) -> None:
    what, undecided = await wait(ledger), await wait(ledger)
    await decided(database, what, "approved")
    store = ApprovalStore(database)
    taken = await asyncio.gather(store.take_decided(), store.take_decided())
    assert [one.id for batch in taken for one in batch] == [what.id]
    assert await store.take_decided() == []
    swept = [one.id for one in await ledger.sweep(0, 100, "interactive", "bulk")]
    assert what.id in swept
    assert undecided.id not in swept


async def test_the_trail_names_who_decided(ledger: Ledger, database: Database) -> None:
    what = await wait(ledger)
    await decided(database, what, "declined")
    rows = await database.fetch("SELECT * FROM audit WHERE command_id = $1 ORDER BY id", what.id)
    assert (rows[1]["phase"], rows[1]["actor_id"], rows[1]["reason"], rows[1]["source"]) == (
        "note",
        "7",
        "no",
        "dashboard",
    )
    assert msgspec.json.decode(rows[1]["detail"])["approval"] == "declined"
