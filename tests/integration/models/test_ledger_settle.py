from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from bus.envelopes import Actor, Command, ReplyTo
from bus.ids import Snowflake, new_id
from models.database import WEB_ROLE, WORKER_ROLE, Database, fetch
from models.errors import KeyReused
from models.ledger import Ledger
from models.ledger_types import Settlement
from models.outcome import Outcome
from tests.integration.models.commands import audit, claim, command, settlement, take
from tests.postgres import as_role, connected

LANES = ("interactive", "bulk")


@pytest_asyncio.fixture
async def ledger(database: Database) -> AsyncIterator[Ledger]:
    """With the rights of a worker, and no others."""
    async with as_role(database, WORKER_ROLE) as own:
        yield Ledger(own)


@pytest_asyncio.fixture
async def web_ledger(database: Database) -> AsyncIterator[Ledger]:
    """With the rights of a web process, which accepts."""
    async with as_role(database, WEB_ROLE) as own:
        yield Ledger(own)


async def rows_of(database: Database, what: Command) -> list[Any]:
    return await database.fetch("SELECT * FROM audit WHERE command_id = $1 ORDER BY id", what.id)


async def test_an_end_is_stored_with_before_and_after(ledger: Ledger, database: Database) -> None:
    ban = command()
    [settled] = await ledger.settle([settlement(await take(ledger, ban))])
    record = await ledger.get(ban.id)
    assert record is not None
    assert (record.state, record.revision, settled.revision) == ("succeeded", 2, 2)
    assert record.settled_at is not None
    assert record.lease_until is None
    outcome = (await rows_of(database, ban))[-1]
    assert (outcome["phase"], outcome["before"], outcome["after"]) == (
        "outcome",
        '{"banned": false}',
        '{"banned": true}',
    )
    assert (outcome["actor_id"], outcome["actor_name"], outcome["type"]) == ("42", "Ada", "moderation.ban")


async def test_a_retry_releases_the_lease_and_keeps_the_attempt_it_is_given(ledger: Ledger) -> None:
    ban = command()
    soon = datetime.now(UTC) + timedelta(seconds=30)
    await ledger.settle([settlement(await take(ledger, ban), "retrying", attempt=1, next_attempt_at=soon)])
    record = await ledger.get(ban.id)
    assert record is not None
    assert (record.state, record.attempt, record.next_attempt_at) == ("retrying", 1, soon)
    assert (record.lease_until, record.settled_at) == (None, None)


async def test_a_settlement_without_an_audit_record_writes_none(ledger: Ledger, database: Database) -> None:
    ban = command()
    await ledger.settle([settlement(await take(ledger, ban), audit=None)])
    assert [row["phase"] for row in await rows_of(database, ban)] == ["intent"]


async def test_nobody_settles_twice(ledger: Ledger) -> None:
    claimed = await take(ledger, command())
    assert [one.revision for one in await ledger.settle([settlement(claimed)])] == [2]
    assert [one.revision for one in await ledger.settle([settlement(claimed, "failed")])] == [None]


async def test_a_settlement_whose_answer_was_lost_is_answered_again(ledger: Ledger, database: Database) -> None:
    what = command()
    claimed = await take(ledger, what)
    for _ in range(2):
        assert [one.revision for one in await ledger.settle([settlement(claimed)])] == [2]
    assert [row["phase"] for row in await rows_of(database, what)] == ["intent", "outcome"]
    late = replace(settlement(claimed), fence=claimed.fence - 1)
    assert [one.revision for one in await ledger.settle([late])] == [None]


async def test_a_poisoned_outcome_fails_its_own_settlement_only(ledger: Ledger) -> None:
    claimed = await ledger.claim([claim(command()) for _ in range(8)], 10)
    ends: list[Settlement] = [settlement(one) for one in claimed]
    ends[3] = settlement(claimed[3], outcome=Outcome("NUL: \x00"))
    settled = await ledger.settle(ends)
    assert [one.revision for one in settled] == [2, 2, 2, None, 2, 2, 2, 2]
    assert settled[3].problem


async def test_renew_extends_what_is_ours_and_says_what_is_not(ledger: Ledger) -> None:
    mine, lost, ended = command(), command(), command()
    held = [await take(ledger, one, lease=0) for one in (mine, lost, ended)]
    await take(ledger, lost)
    await ledger.settle([settlement(held[2])])
    assert await ledger.renew([(one.id, one.fence) for one in held], 10) == {mine.id}
    assert (await take(ledger, mine)).verdict == "held"


async def test_delivered_keeps_the_first_moment(ledger: Ledger) -> None:
    ban = command()
    await take(ledger, ban)
    await ledger.delivered([ban.id, ban.id])
    first = await ledger.get(ban.id)
    await ledger.delivered([ban.id])
    again = await ledger.get(ban.id)
    assert first is not None
    assert again is not None
    assert first.delivered_at is not None
    assert again.delivered_at == first.delivered_at


class TestBulk:
    async def bulk(self, database: Database, total: int) -> UUID:
        parent = new_id(datetime.now(UTC))
        await database.fetch(
            "WITH b AS (INSERT INTO bulks (command_id, type, options, targets, total, started, in_flight) "
            "VALUES ($1, 'utility.ping', '{}', '[]', $2, $2, $2)) SELECT 1",
            parent,
            total,
        )
        return parent

    async def progress(self, database: Database, parent: UUID) -> tuple[int, int, int]:
        [row] = await database.fetch("SELECT done, failed, in_flight FROM bulks WHERE command_id = $1", parent)
        return row["done"], row["failed"], row["in_flight"]

    async def test_children_advance_their_parent(self, ledger: Ledger, database: Database) -> None:
        parent = await self.bulk(database, 5)
        children = [command(parent_id=parent, lane="bulk") for _ in range(5)]
        claimed = await ledger.claim([claim(child) for child in children[:4]], 10)
        soon = datetime.now(UTC)
        ends = [
            settlement(claimed[0]),
            settlement(claimed[1]),
            settlement(claimed[2], "failed"),
            settlement(claimed[3], "retrying", next_attempt_at=soon, attempt=2),
        ]
        await ledger.settle(ends)
        await ledger.settle(ends)
        await ledger.claim([claim(children[4], "refused")], 10)
        assert await self.progress(database, parent) == (2, 2, 1)

    async def test_batches_of_two_bulks_do_not_deadlock(self, ledger: Ledger, database: Database) -> None:
        parents = [await self.bulk(database, 400) for _ in range(2)]
        for _ in range(10):
            batches = [[command(parent_id=parents[n % 2]) for n in range(20)] for _ in range(2)]
            held = [await ledger.claim([claim(child) for child in batch], 10) for batch in batches]
            await asyncio.gather(
                *(
                    ledger.settle([settlement(one) for one in batch][::step])
                    for batch, step in zip(held, (1, -1), strict=True)
                )
            )
        assert [await self.progress(database, parent) for parent in parents] == [(200, 0, 200)] * 2


class TestSweep:
    async def test_what_is_overdue_is_returned_once(self, ledger: Ledger) -> None:
        to = ReplyTo(Snowflake(1), "secret", Snowflake(5))
        queued = command(reply_to=to, subject="member:1", trace="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
        retrying, running, live = command(), command(), command()
        await ledger.record([queued])
        past = datetime.now(UTC) - timedelta(seconds=1)
        await ledger.settle([settlement(await take(ledger, retrying), "retrying", attempt=3, next_attempt_at=past)])
        await take(ledger, running, lease=0)
        await take(ledger, live)
        await asyncio.sleep(0.6)
        both = await asyncio.gather(*(ledger.sweep(0.5, 100, *LANES) for _ in range(2)))
        mine = {queued.id, retrying.id, running.id, live.id}
        found = [one for part in both for one in part if one.id in mine]
        swept = {one.id: one for one in found}
        assert len(found) == 3 == len(swept)
        again = swept[queued.id]
        assert again == command(
            id=queued.id, issued_at=queued.issued_at, subject="member:1", trace=queued.trace, correlation_id=queued.id
        )
        assert swept[retrying.id].attempt == 3
        assert await ledger.sweep(5, 100, *LANES) == []

    async def test_a_swept_row_can_be_taken_over(self, ledger: Ledger) -> None:
        ban = command()
        await take(ledger, ban, lease=0)
        await asyncio.sleep(0.02)
        [swept] = [one for one in await ledger.sweep(0.01, 100, *LANES) if one.id == ban.id]
        assert (await take(ledger, swept)).takeover

    async def test_each_lane_is_swept_by_itself(self, ledger: Ledger) -> None:
        quick, slow = command(), command(lane="bulk")
        await ledger.record([quick, slow])
        await asyncio.sleep(0.02)
        swept = {one.id for one in await ledger.sweep(0.01, 100, "bulk")}
        assert (quick.id in swept, slow.id in swept) == (False, True)

    async def test_what_is_not_due_stays(self, ledger: Ledger) -> None:
        ban = command()
        await ledger.record([ban])
        assert ban.id not in {one.id for one in await ledger.sweep(60, 100, *LANES)}


class TestAccept:
    async def accept(self, ledger: Ledger, what: Command, key: str | None, body: bytes = b"x") -> Any:
        return await ledger.accept(
            what, subject="member:1", principal="key:1", idempotency_key=key, body_hash=body.ljust(32)
        )

    @pytest.mark.parametrize("guild", [Snowflake(1), None])
    async def test_the_same_key_and_body_answers_with_the_first(
        self, web_ledger: Ledger, ledger: Ledger, guild: Snowflake | None
    ) -> None:
        key = f"same-{guild}"
        first = command(guild_id=guild)
        queued = await self.accept(web_ledger, first, key)
        assert (queued.id, queued.replayed, queued.state) == (first.id, False, "queued")
        await take(ledger, first)
        again = await self.accept(web_ledger, command(guild_id=guild), key)
        assert (again.id, again.replayed, again.state) == (first.id, True, "running")

    async def test_the_same_key_with_another_body_is_refused(self, web_ledger: Ledger) -> None:
        first = command()
        await self.accept(web_ledger, first, "other-body")
        with pytest.raises(KeyReused) as caught:
            await self.accept(web_ledger, command(), "other-body", b"y")
        assert caught.value.command_id == first.id

    async def test_keys_of_other_guilds_are_other_keys(self, web_ledger: Ledger) -> None:
        one, other = command(guild_id=Snowflake(1)), command(guild_id=Snowflake(2))
        assert not (await self.accept(web_ledger, one, "per-guild")).replayed
        assert not (await self.accept(web_ledger, other, "per-guild", b"y")).replayed

    async def test_without_a_key_each_is_its_own(self, web_ledger: Ledger) -> None:
        assert not (await self.accept(web_ledger, command(), None)).replayed
        assert not (await self.accept(web_ledger, command(), None)).replayed

    async def test_many_at_once_are_one(self, web_ledger: Ledger) -> None:
        answers = await asyncio.gather(*(self.accept(web_ledger, command(), "race") for _ in range(12)))
        assert len({answer.id for answer in answers}) == 1
        assert sum(not answer.replayed for answer in answers) == 1

    async def test_old_keys_are_forgotten(self, web_ledger: Ledger, ledger: Ledger) -> None:
        await self.accept(web_ledger, command(), "old")
        assert await ledger.forget_keys(datetime.now(UTC) + timedelta(seconds=5)) > 0
        assert not (await self.accept(web_ledger, command(), "old", b"y")).replayed


async def test_recording_twice_keeps_the_first(ledger: Ledger) -> None:
    ban = command()
    await ledger.record([ban])
    await take(ledger, ban)
    await ledger.record([ban])
    record = await ledger.get(ban.id)
    assert record is not None
    assert record.state == "running"


class TestCancel:
    async def test_a_waiting_command_is_cancelled_by_who_did_it(self, ledger: Ledger, database: Database) -> None:
        ban = command()
        await ledger.record([ban])
        by = audit("note", reason="changed my mind", actor=Actor("user", "7", "Bea"))
        settled = await ledger.cancel(ban.id, outcome=Outcome("Cancelled.", code="cancelled"), audit=by)
        assert settled.revision == 2
        assert (await take(ledger, ban)).state == "cancelled"
        [row] = await rows_of(database, ban)
        assert (row["phase"], row["actor_id"], row["actor_name"]) == ("note", "7", "Bea")

    async def test_a_running_command_is_not(self, ledger: Ledger, database: Database) -> None:
        ban = command()
        await take(ledger, ban)
        settled = await ledger.cancel(ban.id, outcome=Outcome("Cancelled."), audit=audit("note"))
        assert settled.revision is None
        assert len(await rows_of(database, ban)) == 1


async def test_renewing_what_others_change_meanwhile_leaves_the_server_standing(database_url: str) -> None:
    # PostgreSQL 18.4 crashed on it where the partitions of the locked rows followed from another row.
    one_connection = partial(Database, database_url, max_size=1)
    async with connected(one_connection()) as renewing, connected(one_connection()) as changing:
        ledger = Ledger(renewing)
        for _ in range(10):
            claimed = await ledger.claim([claim(command()) for _ in range(64)], 10)
            ids = [one.id for one in claimed]
            async with changing.transaction() as connection:
                await fetch(
                    connection,
                    "WITH gone AS (UPDATE commands SET state = 'succeeded' WHERE id = ANY($1::uuid[])) SELECT 1",
                    ids[::2],
                )
                renewal = asyncio.ensure_future(ledger.renew([(one.id, one.fence) for one in claimed], 10))
                await asyncio.sleep(0.02)  # it waits for the rows' locks
            assert await renewal == set(ids[1::2])
