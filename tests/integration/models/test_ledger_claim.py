from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from bus.envelopes import Actor, Command, ReplyTo
from bus.ids import Snowflake
from models.database import WORKER_ROLE, Database
from models.ledger import Ledger
from tests.integration.models.commands import GUILD, audit, claim, command, phases, settlement, take
from tests.postgres import as_role


@pytest_asyncio.fixture
async def ledger(database: Database) -> AsyncIterator[Ledger]:
    """With the rights of a worker, and no others."""
    async with as_role(database, WORKER_ROLE) as own:
        yield Ledger(own)


async def stored(database: Database, what: Command) -> Any:
    [row] = await database.fetch("SELECT * FROM commands WHERE id = $1", what.id)
    return row


async def test_a_first_claim_is_fresh_and_audits_the_intent(ledger: Ledger, database: Database) -> None:
    ban = command()
    claimed = await take(ledger, ban)
    assert (claimed.verdict, claimed.fence, claimed.attempt, claimed.revision) == ("fresh", 1, 1, 1)
    assert not claimed.takeover
    assert await phases(database, ban) == ["intent"]


async def test_a_live_lease_is_held_and_writes_no_audit_row(ledger: Ledger, database: Database) -> None:
    ban = command()
    await take(ledger, ban)
    again = await take(ledger, ban)
    assert again.verdict == "held"
    assert await phases(database, ban) == ["intent"]


async def test_a_lapsed_lease_is_taken_over_and_counts_as_an_attempt(ledger: Ledger) -> None:
    ban = command()
    await take(ledger, ban, lease=0)
    second = await take(ledger, ban, lease=0)
    third = await take(ledger, ban)
    assert [(one.verdict, one.takeover, one.attempt, one.fence) for one in (second, third)] == [
        ("fresh", True, 2, 2),
        ("fresh", True, 3, 3),
    ]


async def test_who_was_taken_over_can_not_settle(ledger: Ledger, database: Database) -> None:
    ban = command()
    slow = await take(ledger, ban, lease=0)
    quick = await take(ledger, ban)
    assert [one.revision for one in await ledger.settle([settlement(slow)])] == [None]
    assert [one.revision for one in await ledger.settle([settlement(quick)])] == [3]
    assert await phases(database, ban) == ["intent", "intent", "outcome"]


async def test_a_finished_command_is_answered_from_the_ledger(ledger: Ledger, database: Database) -> None:
    ban = command()
    await ledger.settle([settlement(await take(ledger, ban))])
    again = await take(ledger, ban)
    assert again.verdict == "finished"
    assert (again.state, again.revision) == ("succeeded", 2)
    assert again.outcome is not None
    assert again.outcome.after == {"banned": True}
    [row] = await database.fetch("SELECT settled_at FROM commands WHERE id = $1", ban.id)
    assert again.since == row["settled_at"], "what is announced again bears the time of the first"
    assert await phases(database, ban) == ["intent", "outcome"]


async def test_the_same_id_twice_in_a_batch_is_claimed_once(ledger: Ledger, database: Database) -> None:
    ban, other = command(), command()
    claimed = await ledger.claim([claim(ban), claim(other), claim(ban)], 10)
    assert [one.verdict for one in claimed] == ["fresh", "fresh", "held"]
    assert await phases(database, ban) == ["intent"]


async def test_answers_come_in_the_order_of_the_claims(ledger: Ledger) -> None:
    batch = [command() for _ in range(20)][::-1]
    claimed = await ledger.claim([claim(one) for one in batch], 10)
    assert [one.id for one in claimed] == [one.id for one in batch]


async def test_an_older_attempt_than_the_one_that_waits_is_stale(ledger: Ledger) -> None:
    ban = command()
    soon = datetime.now(UTC) + timedelta(seconds=5)
    first = await take(ledger, ban)
    await ledger.settle([settlement(first, "retrying", attempt=2, next_attempt_at=soon)])
    assert (await take(ledger, ban)).verdict == "stale"
    copy = command(id=ban.id, issued_at=ban.issued_at, attempt=2)
    second = await take(ledger, copy)
    assert (second.verdict, second.attempt, second.takeover, second.revision) == ("fresh", 2, False, 3)


async def test_a_copy_whose_predecessor_died_before_settling_is_one_attempt_and_not_two(ledger: Ledger) -> None:
    ban = command()
    await take(ledger, ban, lease=0)
    copy = await take(ledger, command(id=ban.id, attempt=2))
    assert (copy.verdict, copy.takeover, copy.attempt) == ("fresh", True, 2)


async def test_a_queued_row_is_taken_with_a_rising_revision(ledger: Ledger) -> None:
    ban = command()
    await ledger.record([ban])
    claimed = await take(ledger, ban)
    assert (claimed.verdict, claimed.revision, claimed.fence, claimed.takeover) == ("fresh", 2, 1, False)


async def test_an_end_at_once_is_stored_settled_and_audited(ledger: Ledger, database: Database) -> None:
    ping = command()
    [claimed] = await ledger.claim([claim(ping, "succeeded")], 10)
    assert (claimed.verdict, claimed.state, claimed.revision) == ("fresh", "succeeded", 1)
    row = await stored(database, ping)
    assert row["settled_at"] is not None
    assert row["lease_until"] is None


async def test_an_end_at_once_does_not_overwrite_what_another_runs(ledger: Ledger, database: Database) -> None:
    ban = command()
    await take(ledger, ban)
    [refused] = await ledger.claim([claim(ban, "refused")], 10)
    assert (refused.verdict, refused.state) == ("held", "running")
    assert await phases(database, ban) == ["intent"]


class TestSuperseded:
    async def test_a_late_ban_does_not_undo_an_unban(self, ledger: Ledger, database: Database) -> None:
        ban, unban = command(), command(type="moderation.unban")
        first = await take(ledger, ban, subject="member:1")
        await ledger.settle([settlement(first, "retrying", attempt=2, next_attempt_at=datetime.now(UTC))])
        assert (await take(ledger, unban, subject="member:1")).verdict == "fresh"
        late = await take(ledger, command(id=ban.id, attempt=2), subject="member:1")
        assert (late.verdict, late.state) == ("superseded", "superseded")
        assert late.outcome is not None
        assert late.outcome.data == {"by": str(unban.id)}
        assert await phases(database, ban) == ["intent", "outcome", "refusal"]

    async def test_a_takeover_is_checked_too(self, ledger: Ledger) -> None:
        ban, unban = command(), command(type="moderation.unban")
        await take(ledger, ban, lease=0, subject="member:2")
        await take(ledger, unban, subject="member:2")
        assert (await take(ledger, ban, subject="member:2")).verdict == "superseded"

    async def test_a_retry_that_the_ledger_never_saw_is_checked_too(self, ledger: Ledger) -> None:
        ban = command(attempt=2)
        await take(ledger, command(type="moderation.unban"), subject="member:3")
        assert (await take(ledger, ban, subject="member:3")).verdict == "superseded"

    async def test_a_first_attempt_that_waited_is_checked_too(self, ledger: Ledger) -> None:
        before = datetime.now(UTC) - timedelta(seconds=6)
        unpublished, lost = command(issued_at=before, subject="member:9"), command(issued_at=before)
        await ledger.record([unpublished])
        await take(ledger, command(type="moderation.unban"), subject="member:9")
        assert (await take(ledger, unpublished, subject="member:9")).verdict == "superseded"
        assert (await take(ledger, lost, subject="member:9")).verdict == "superseded"

    async def test_a_first_attempt_is_not_checked(self, ledger: Ledger) -> None:
        ban = command()
        await take(ledger, command(type="moderation.unban"), subject="member:4")
        assert (await take(ledger, ban, subject="member:4")).verdict == "fresh"

    async def test_another_subject_or_guild_does_not_matter(self, ledger: Ledger) -> None:
        ban = command(attempt=2)
        await take(ledger, command(), subject="member:6")
        await take(ledger, command(guild_id=Snowflake(7)), subject="member:5")
        assert (await take(ledger, ban, subject="member:5")).verdict == "fresh"

    @pytest.mark.parametrize("end", ["refused", "expired"])
    async def test_what_touched_nothing_makes_nothing_stale(self, ledger: Ledger, end: Any) -> None:
        subject = f"member:{end}"
        ban = command(attempt=2)
        await ledger.claim([claim(command(), end, subject)], 10)
        assert (await take(ledger, ban, subject=subject)).verdict == "fresh"

    async def test_a_newer_command_that_only_waits_in_the_queue_does_not_count(self, ledger: Ledger) -> None:
        ban = command(attempt=2)
        await ledger.record([command(subject="member:8")])
        assert (await take(ledger, ban, subject="member:8")).verdict == "fresh"


class TestPoison:
    async def test_nul_in_a_text_fails_its_own_claim_only(self, ledger: Ledger, database: Database) -> None:
        batch = [command() for _ in range(16)]
        batch[5] = command(actor=Actor("user", "4\x002", "Ada"))
        claimed = await ledger.claim([claim(one) for one in batch], 10)
        assert [one.verdict for one in claimed] == ["fresh"] * 5 + ["invalid"] + ["fresh"] * 10
        assert "0x00" in claimed[5].problem
        assert [await phases(database, one) for one in batch] == [["intent"]] * 5 + [[]] + [["intent"]] * 10

    async def test_nul_in_options_fails_its_own_claim_only(self, ledger: Ledger) -> None:
        batch = [command(), command(options={"reason": "a\x00b"}), command(options={"reason": "half \ud800 pair"})]
        claimed = await ledger.claim([claim(one) for one in batch], 10)
        assert [one.verdict for one in claimed] == ["fresh", "invalid", "invalid"]

    async def test_a_number_that_no_bigint_holds_fails_its_own_claim_only(self, ledger: Ledger) -> None:
        too_large = int.__new__(Snowflake, 1 << 70)
        claimed = await ledger.claim([claim(command()), claim(command(guild_id=too_large))], 10)
        assert [one.verdict for one in claimed] == ["fresh", "invalid"]

    async def test_an_id_that_belongs_to_another_command_is_invalid_and_answers_nothing(self, ledger: Ledger) -> None:
        ban = command()
        await ledger.settle([settlement(await take(ledger, ban))])
        thief = await take(ledger, command(id=ban.id, actor=Actor("script", "nightly")))
        assert (thief.verdict, thief.outcome) == ("invalid", None)


async def test_a_row_that_another_transaction_is_inserting_is_unknown_and_never_finished(
    ledger: Ledger, database: Database, database_url: str
) -> None:
    ban = command()
    async with database.transaction() as connection:
        await ledger.claim_in(connection, claim(ban, "succeeded"))
        waiting = asyncio.create_task(take(ledger, ban))
        await asyncio.sleep(0.2)
        assert not waiting.done()
    assert (await waiting).verdict == "unknown"
    assert (await take(ledger, ban)).verdict == "finished"


async def test_batches_in_opposite_order_do_not_deadlock(ledger: Ledger) -> None:
    for _ in range(20):
        batch = [command() for _ in range(32)]
        one, other = await asyncio.gather(
            ledger.claim([claim(command) for command in batch], 0),
            ledger.claim([claim(command) for command in reversed(batch)], 0),
        )
        assert len({*one, *other}) == 64
        for held in (one, other):
            await ledger.settle([settlement(claimed) for claimed in reversed(held) if claimed.verdict == "fresh"])


async def test_many_claimers_of_one_command_have_one_winner(ledger: Ledger, database: Database) -> None:
    ban = command()
    claimed = await asyncio.gather(*(take(ledger, ban) for _ in range(16)))
    verdicts = [one.verdict for one in claimed]
    assert verdicts.count("fresh") == 1
    assert set(verdicts) <= {"fresh", "held", "unknown"}
    assert await phases(database, ban) == ["intent"]


async def test_a_deadlock_is_tried_again(ledger: Ledger, database: Database) -> None:
    low, high = sorted((command(), command()), key=lambda one: one.id)
    await ledger.record([low, high])
    async with database.transaction() as connection:
        lock = "SELECT 1 FROM commands WHERE id = $1 FOR UPDATE"
        await connection.execute_query(lock, [high.id])
        claiming = asyncio.create_task(ledger.claim([claim(low), claim(high)], 10))
        await asyncio.sleep(0.3)  # it holds `low` by now and waits for `high`
        # Only one of the two is ended; where it is this one, there is nothing left to prove.
        try:
            await connection.execute_query(lock, [low.id])
        except asyncpg.DeadlockDetectedError:
            pytest.skip("PostgreSQL chose the other transaction")
    assert [one.verdict for one in await claiming] == ["fresh", "fresh"]


async def test_the_token_of_an_interaction_is_nowhere_in_the_database(ledger: Ledger, database: Database) -> None:
    to = ReplyTo(Snowflake(1), "token-that-must-not-be-stored", Snowflake(77), True, "de")
    ban = command(reply_to=to)
    await take(ledger, ban)
    row = await stored(database, ban)
    assert "token-that-must-not-be-stored" not in repr(row)
    again = await take(ledger, command(id=ban.id))
    assert (again.channel_id, again.ephemeral, again.locale) == (77, True, "de")


async def test_claim_in_stands_and_falls_with_its_transaction(ledger: Ledger, database: Database) -> None:
    warn = command()
    with pytest.raises(RuntimeError):  # noqa: PT012 - the transaction is what is tested
        async with database.transaction() as connection:
            assert (await ledger.claim_in(connection, claim(warn, "succeeded"))).verdict == "fresh"
            raise RuntimeError
    assert await phases(database, warn) == []
    async with database.transaction() as connection:
        running = await ledger.claim_in(connection, claim(warn), 10)
        settled = await ledger.settle_in(connection, settlement(running))
    assert settled.revision == 2
    assert await phases(database, warn) == ["intent", "outcome"]


async def test_snowflakes_survive_as_they_are(ledger: Ledger, database: Database) -> None:
    ban = command()
    await take(ledger, ban)
    assert (await stored(database, ban))["guild_id"] == GUILD == 1234567890123456789
    assert audit().id.version == 7


async def test_a_claim_whose_answer_was_lost_is_fresh_when_asked_again(ledger: Ledger, database: Database) -> None:
    mine, other, new = (claim(command()) for _ in range(3))
    [lost] = await ledger.claim([mine], 10)
    await take(ledger, other.command)
    again, held, fresh, twice = await ledger.claim_again([mine, other, new, mine], 10, now=datetime.now(UTC))
    assert again == lost
    assert held.verdict == "held", "somebody else's claim, whose audit row is another"
    assert (fresh.verdict, twice.verdict) == ("fresh", "held")
    assert await phases(database, mine.command) == ["intent"]
    [settled] = await ledger.settle([settlement(again)])
    assert settled.revision is not None


async def test_a_claim_whose_answer_was_lost_is_not_ours_once_it_was_taken_over(ledger: Ledger) -> None:
    mine = claim(command())
    await ledger.claim([mine], 0)
    taken_over = await take(ledger, mine.command)
    [again] = await ledger.claim_again([mine], 10, now=datetime.now(UTC))
    assert taken_over.takeover
    assert again.verdict == "held"


async def test_a_claim_asked_again_after_its_lease_has_an_audit_row_of_its_own(
    ledger: Ledger, database: Database
) -> None:
    old = command(guild_id=GUILD)
    mine = claim(old, subject="member 1")
    await ledger.claim([mine], 0)
    await take(ledger, command(guild_id=GUILD), subject="member 1")
    [again] = await ledger.claim_again([mine], 10, now=datetime.now(UTC))
    assert again.verdict == "superseded"
    assert await phases(database, old) == ["intent", "refusal"]
