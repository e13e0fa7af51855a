"""The ledger as the outbox: what is overdue is published again, once, whoever sweeps."""

from __future__ import annotations

import asyncio

import pytest

from bus import codec
from bus.envelopes import Command
from models.ledger_types import AuditRecord, Claim
from tests.integration.workers.commands import CLOCK, CROWD, EVENTS_ROLE, a_command
from tests.integration.workers.platform import Platform
from workers.sweeper import Sweeper


async def overdue(platform: Platform, *commands: Command) -> None:
    await platform.ledger.record(commands)
    await platform.database.fetch(
        "WITH aged AS (UPDATE commands SET created_at = now() - interval '1 minute' "
        "WHERE id = ANY($1::uuid[])) SELECT 1",
        [command.id for command in commands],
    )


@pytest.fixture(autouse=True)
async def an_empty_outbox(platform: Platform) -> None:
    await platform.database.fetch("WITH gone AS (DELETE FROM commands WHERE settled_at IS NULL) SELECT 1")


async def test_two_sweepers_publish_what_is_overdue_once(platform: Platform) -> None:
    commands = [a_command("roles.add", {"member": member, "role": EVENTS_ROLE}) for member in CROWD]
    fresh = a_command("utility.ping")
    await overdue(platform, *commands)
    await platform.ledger.record([fresh])
    transport = await platform.transport("worker")
    waits = {"interactive": lambda: 0.0}
    sweepers = [Sweeper(transport=transport, sweep=platform.ledger.sweep, waits=waits) for _ in range(2)]
    swept = await asyncio.gather(*(sweeper.sweep_once() for sweeper in sweepers))
    assert sum(swept) == len(commands)
    assert [await sweeper.sweep_once() for sweeper in sweepers] == [0, 0]
    found = []
    async with transport.consume("commands.interactive", prefetch=50) as consumer:
        while len(found) < len(commands):
            found += await consumer.batch(most=50, wait_seconds=0.05)
    assert sorted(codec.decode(one.body, Command).id for one in found) == sorted(command.id for command in commands)


async def test_what_waits_in_line_is_not_put_in_line_again(platform: Platform) -> None:
    command = a_command("utility.ping")
    await overdue(platform, command)
    transport = await platform.transport("worker")
    waited = 300.0
    waits = {"bulk": lambda: 0.0, "interactive": lambda: waited}
    sweeper = Sweeper(transport=transport, sweep=platform.ledger.sweep, waits=waits)
    assert await sweeper.sweep_once() == 0
    waited = 0.0
    assert await sweeper.sweep_once() == 1
    assert await platform.broker.depth("commands.interactive") == 1


async def test_what_was_queued_before_a_stop_is_finished_after_the_next_start(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = {**(Sweeper.__init__.__kwdefaults__ or {}), "every_seconds": 0.2}
    monkeypatch.setattr(Sweeper.__init__, "__kwdefaults__", defaults)
    queued = a_command("roles.add", {"member": CROWD[0], "role": EVENTS_ROLE})
    begun = a_command("channels.create", {"name": "after-the-stop"})
    await overdue(platform, queued)
    audit = AuditRecord(begun.id, "intent", CLOCK.now())
    await platform.ledger.claim([Claim(begun, None, "running", audit)], 0.0)
    await platform.database.fetch(
        "WITH aged AS (UPDATE commands SET created_at = now() - interval '1 minute', "
        "lease_until = now() - interval '1 minute' WHERE id = $1) SELECT 1",
        begun.id,
    )
    async with platform.worker():
        assert (await platform.end_of(queued)).state == "succeeded"
        record = await platform.end_of(begun)
    assert (record.state, record.attempt) == ("succeeded", 2)
    assert len(platform.effects()) == 2
    assert (await platform.audit(queued.id))[0]["detail"]["authority"] == "discord", "what Discord granted is gone"
