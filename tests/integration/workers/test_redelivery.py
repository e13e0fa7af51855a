"""The same command more than once: while it runs, in one batch, after its lease, and after a newer one."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bus import codec
from bus.envelopes import Command
from bus.ids import new_id
from bus.transport import Message
from models.errors import DatabaseUnavailable
from models.outcome import Outcome
from sandbox.seed import GUILD_ONE
from sandbox.state import Ban
from tests.integration.workers.commands import ANNOUNCEMENTS, CLOCK, CROWD, EVENTS_ROLE, a_command
from tests.integration.workers.gates import Gate
from tests.integration.workers.platform import Platform
from tests.integration.workers.quick import eventually
from workers import assembly, leases, pipeline, runner
from workers.handlers.table import BUILT_IN
from workers.ports import Call, Handler

EFFECTS = {
    "moderation.ban": {"member": CROWD[0]},
    "roles.add": {"member": CROWD[1], "role": EVENTS_ROLE},
    "messages.announce": {"channel": ANNOUNCEMENTS, "text": "once"},
    "channels.create": {"name": "once"},
    "moderation.kick": {"member": CROWD[2]},
    "webhooks.call": {"text": "once"},
}


def made(platform: Platform, type: str) -> Command:
    options = EFFECTS.get(type, {})
    return a_command(type, {**options, "url": f"{platform.sink}/x"} if type == "webhooks.call" else options)


def elsewhere(command: Command) -> Message:
    """The same command where another worker finds it: on the lane that only that one takes."""
    return Message("commands", f"bulk.{command.type}", codec.encode(command))


async def nothing_left(platform: Platform) -> None:
    """Once the workers are gone: whatever they held and did not acknowledge has come back."""
    queues = ("commands.interactive", "commands.bulk", "replies", "dead-letters")
    assert [await platform.broker.depth(queue) for queue in queues] == [0, 0, 0, 0]


async def one_end(platform: Platform, command: Command, state: str = "succeeded") -> None:
    """One state, one outcome in the trail, one event however often it was said, and every delivery acknowledged."""
    await nothing_left(platform)
    assert (await platform.record(command.id)).state == state
    trail = await platform.audit(command.id)
    ends = [row for row in trail if row["phase"] == "outcome" and row["detail"]["state"] != "retrying"]
    assert len(ends) == 1
    events = [event for event in await platform.events(command) if event.type == f"command.{state}"]
    assert len({event.id for event in events}) == 1


async def test_a_delivery_that_comes_again_while_it_runs_joins_the_first(on_both: Platform) -> None:
    platform, gate = on_both, Gate("moderation.ban")
    command = made(platform, "moderation.ban")
    async with platform.worker(handlers=gate.handlers):
        await platform.publish(command)
        await gate.reached()
        await platform.publish(command, command)
        after = a_command("utility.ping")
        await platform.publish(after)
        await platform.end_of(after)
        gate.open.set()
        await platform.end_of(command)
        await platform.told(command, "succeeded")
    assert gate.runs == 1
    await one_end(platform, command)
    assert len(platform.effects(command)) == 1


async def test_a_copy_that_comes_back_before_its_attempt_is_settled_is_not_settled_with_it(platform: Platform) -> None:
    command = made(platform, "roles.add")
    original = next(handler for handler in BUILT_IN if handler.spec.type == "roles.add")
    calls: list[int] = []
    locks: list[asyncio.Task[None]] = []

    async def hold_the_row() -> None:
        async with platform.database.transaction() as connection:
            await connection.execute_query("SELECT 1 FROM commands WHERE id = $1 FOR UPDATE", [command.id])
            await asyncio.sleep(2.5)  # longer than the shortest rung: the copy is back before this attempt is settled

    async def run(call: Call) -> Outcome:
        calls.append(1)
        if len(calls) == 1:
            locks.append(asyncio.create_task(hold_the_row()))
            await asyncio.sleep(0.2)
            raise DatabaseUnavailable("away")  # tried again as the same attempt
        return await original.run(call)

    async with platform.worker(handlers={original.spec.type: Handler(original.spec, run)}):
        await platform.publish(command)
        record = await platform.end_of(command)
        await asyncio.gather(*locks)
    assert (record.state, record.attempt, len(calls)) == ("succeeded", 1, 2)


async def test_the_same_id_twice_in_one_batch_happens_once(on_both: Platform) -> None:
    platform = on_both
    commands = [made(platform, type) for type in EFFECTS]
    commands.append(a_command("moderation.warn", {"member": CROWD[5], "reason": "twice"}))
    commands.append(a_command("utility.ping"))
    await platform.publish(*(command for command in commands for _ in range(2)))
    async with platform.worker():
        for command in commands:
            await platform.end_of(command)
            await platform.told(command, "succeeded")
    for command in commands:
        await one_end(platform, command)
    assert len([row for row in platform.effects() if row.changed]) == len(EFFECTS)


async def test_another_process_puts_off_what_is_running_and_does_not_run_it(on_both: Platform) -> None:
    platform, gate, other = on_both, Gate("channels.create"), Gate("channels.create")
    looks: list[str] = []
    command = made(platform, "channels.create")
    async with (
        platform.worker(handlers=gate.handlers, lanes=("interactive",)),
        platform.worker(handlers=other.handlers, lanes=("bulk",), observe=lambda step, _: looks.append(step)),
    ):
        await platform.publish(command)
        await gate.reached()
        await platform.send(elsewhere(command))

        async def put_off() -> bool:
            return looks.count("claimed") >= 2

        await eventually(put_off, "the other worker's second look")
        assert (await platform.record(command.id)).attempt == 1
        gate.open.set()
        await platform.end_of(command)

        async def told_by_both() -> bool:
            return [event.type for event in await platform.events(command)].count("command.succeeded") >= 2

        # The copy on the ladder comes back once more and is answered from the ledger: else it would come too late.
        await eventually(told_by_both, "the other worker's answer")
    assert (gate.runs, other.runs) == (1, 0)
    await one_end(platform, command)
    assert len(platform.effects(command)) == 1


async def test_two_processes_that_write_the_same_rows_write_them_once(platform: Platform) -> None:
    gate = Gate("moderation.warn")
    command = a_command("moderation.warn", {"member": CROWD[6], "reason": "loud"})
    async with (
        platform.worker(handlers=gate.handlers, lanes=("interactive",)),
        platform.worker(lanes=("bulk",)),
    ):
        await platform.publish(command)
        await gate.reached()
        await platform.send(elsewhere(command))
        await platform.end_of(command)
        gate.open.set()
        await platform.told(command, "succeeded")
    await one_end(platform, command)
    rows = await platform.database.fetch("SELECT 1 FROM warnings WHERE command_id = $1", command.id)
    assert len(rows) == 1


@pytest.fixture
def short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases of a second that nobody renews, and calls that need half of one."""
    for module in (assembly, leases, pipeline):
        monkeypatch.setattr(module, "LEASE_SECONDS", 1.0)
    monkeypatch.setattr(leases, "_RENEW_EVERY_SECONDS", 1000.0)
    monkeypatch.setattr(runner, "CALL_SECONDS", 0.5)


@pytest.mark.usefixtures("short_leases")
async def test_who_outlives_its_lease_begins_nothing_more_and_writes_nothing(platform: Platform) -> None:
    gates, others = {type: Gate(type) for type in EFFECTS}, {type: Gate(type) for type in EFFECTS}
    for other in others.values():
        other.open.set()
    commands = {type: made(platform, type) for type in EFFECTS}
    async with (
        platform.worker(handlers=handlers_of(gates), lanes=("interactive",), concurrency=64),
        platform.worker(handlers=handlers_of(others), lanes=("bulk",), concurrency=64),
    ):
        await platform.publish(*commands.values())
        for gate in gates.values():
            await gate.reached()
        await platform.send(*map(elsewhere, commands.values()))
        records = {type: await platform.end_of(command) for type, command in commands.items()}
        for gate in gates.values():
            gate.open.set()
    for type, command in commands.items():
        state, runs = ("in_doubt", 0) if type == "webhooks.call" else ("succeeded", 1)
        # The first worker lives, and was only slow: that is nobody's failure.
        assert (records[type].state, records[type].attempt) == (state, 1), records[type].outcome
        assert (gates[type].runs, others[type].runs) == (1, runs)
        await one_end(platform, command, state)
        assert await platform.record(command.id) == records[type], "the first one wrote nothing"
    assert len([row for row in platform.effects() if row.changed]) == len(EFFECTS) - 1


def handlers_of(gates: dict[str, Gate]) -> dict[str, Handler]:
    return {type: handler for gate in gates.values() for type, handler in gate.handlers.items()}


async def test_a_renewal_that_finds_the_command_taken_over_stops_the_handler(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "_RENEW_EVERY_SECONDS", 0.1)
    gate, other = Gate("moderation.ban"), Gate("moderation.ban")
    command = made(platform, "moderation.ban")
    async with platform.worker(handlers=gate.handlers, lanes=("interactive",)) as first:
        await platform.publish(command)
        await gate.reached()
        async with platform.worker(handlers=other.handlers, lanes=("bulk",)):

            async def taken_over() -> bool:
                await platform.lapse(command)
                await platform.send(elsewhere(command))
                return other.begun.is_set()

            await eventually(taken_over, "the takeover")
            other.open.set()
            await platform.end_of(command)
        assert first.connected
    assert (gate.runs, other.runs) == (1, 1)
    await one_end(platform, command)


async def test_a_late_ban_does_not_undo_a_newer_unban(on_both: Platform) -> None:
    platform = on_both
    guild = platform.sandbox.world.state.guilds[GUILD_ONE]
    guild.bans[int(CROWD[3])] = Ban(user_id=int(CROWD[3]))
    platform.fault("PUT /guilds/{guild_id}/bans/{user_id}", "rate_limit", retry_after=2.1, times=1)
    ban = a_command("moderation.ban", {"member": CROWD[3]})
    async with platform.worker():
        await platform.publish(ban)
        await platform.in_state(ban, "retrying")
        unban = a_command("moderation.unban", {"member": CROWD[3]})
        await platform.publish(unban)
        assert (await platform.end_of(unban)).state == "succeeded"
        assert (await platform.end_of(ban)).state == "superseded"
        await platform.told(ban, "superseded")
    await nothing_left(platform)
    assert int(CROWD[3]) not in guild.bans
    assert (await platform.audit(ban.id))[-1]["phase"] == "refusal"


async def test_a_late_setting_is_superseded_for_good(platform: Platform) -> None:
    """Taken over as if it were a first delivery (the sweeper's copy is one): its end must outlive its rollback."""
    late = a_command("settings.set", {"key": "welcome_text", "value": "old"})
    # Ids of one millisecond are in no order.
    newest = new_id(CLOCK.now() + timedelta(milliseconds=2))
    newer = a_command("settings.set", {"key": "welcome_text", "value": "new"}, id=newest)
    await platform.ledger.record([late])
    await platform.database.fetch(
        "WITH begun AS (UPDATE commands SET state = 'running', fence = 1, subject = 'setting:welcome_text', "
        "lease_until = now() - interval '1 second' WHERE id = $1) SELECT 1",
        late.id,
    )
    async with platform.worker():
        await platform.publish(newer)
        assert (await platform.end_of(newer)).state == "succeeded"
        await platform.publish(late)
        assert (await platform.end_of(late)).state == "superseded"
    await nothing_left(platform)
    [row] = await platform.database.fetch("SELECT data FROM guild_settings WHERE guild_id = $1", GUILD_ONE)
    assert '"new"' in row["data"]
