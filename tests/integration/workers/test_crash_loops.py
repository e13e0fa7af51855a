"""Deliveries that the broker gave up on: innocents go on, and only what has used its attempts up ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import msgspec
import pytest

from bus.envelopes import Command
from sandbox.interactions.store import Interaction
from sandbox.seed import GUILD_ONE
from tests.integration.workers.commands import CROWD, EVENTS_ROLE, a_command, answered_at
from tests.integration.workers.gates import Gate
from tests.integration.workers.platform import Platform, a_deferred_interaction
from tests.integration.workers.quick import MAX_ATTEMPTS, eventually


async def crash_until_set_aside(platform: Platform, *, ends_in: str = "dead-letters") -> None:
    """Workers that take what is there and die with it, until the broker has had enough."""
    deliveries = 0
    while await platform.broker.depth(ends_in) == 0:
        deliveries += 1
        assert deliveries < 20
        transport = platform.broker.transport("worker")
        await transport.start()
        async with transport.consume("commands.interactive", prefetch=1) as consumer:
            with suppress(TimeoutError):  # nothing comes any more once it was set aside
                await asyncio.wait_for(consumer.batch(most=1, wait_seconds=0.0), 0.5)
        await transport.close()


async def lost(platform: Platform, command: Command, *, attempt: int, lease_seconds: float) -> None:
    """By a worker whose lease runs on for so long, or ended so long ago."""
    await platform.ledger.record([command])
    await platform.database.fetch(
        "WITH begun AS (UPDATE commands SET state = 'running', attempt = $2, fence = 3, "
        "lease_until = now() + make_interval(secs => $3) WHERE id = $1) SELECT 1",
        command.id,
        attempt,
        lease_seconds,
    )


async def test_a_command_with_attempts_left_gets_another_life(on_both: Platform) -> None:
    platform = on_both
    command = a_command("roles.add", {"member": CROWD[0], "role": EVENTS_ROLE})
    await platform.publish(command)
    await crash_until_set_aside(platform)
    async with platform.worker():
        record = await platform.end_of(command)
        await platform.told(command, "succeeded")
    assert (record.state, record.attempt) == ("succeeded", 2)
    assert len(platform.effects(command)) == 1
    assert await platform.letters(command_id=command.id) == []


async def test_a_second_crash_loop_is_recognised_behind_the_ladder(on_both: Platform) -> None:
    """The broker's headers go on naming the first death: that of waiting on the ladder."""
    platform = on_both
    command = a_command("roles.add", {"member": CROWD[1], "role": EVENTS_ROLE})
    await platform.publish(command)
    await crash_until_set_aside(platform)
    async with platform.worker(lanes=("bulk",)):  # it gives the second chance and does not take it

        async def back() -> bool:
            return await platform.broker.depth("commands.interactive") == 1

        await eventually(back, "the second life")
    await crash_until_set_aside(platform)
    async with platform.worker():
        record = await platform.end_of(command)
    assert (record.state, record.attempt) == ("succeeded", 3)
    assert await platform.letters(command_id=command.id) == []


async def test_poison_ends_dead_with_its_event_its_answer_and_its_letter(on_both: Platform) -> None:
    platform = on_both
    one = await a_deferred_interaction(platform.sandbox)
    command = a_command("roles.add", {"member": CROWD[2], "role": EVENTS_ROLE}, reply_to=answered_at(one))
    await platform.publish(msgspec.structs.replace(command, attempt=MAX_ATTEMPTS))
    await crash_until_set_aside(platform)
    async with platform.worker():
        record = await platform.end_of(command)
        await platform.told(command, "dead")
        letter = await platform.letter(command_id=command.id)
        await eventually(lambda: _replied(one), "the answer")
    assert record.outcome is not None
    assert (record.state, record.outcome.code, letter["code"]) == ("dead", "poison", "poison")
    assert [row["phase"] for row in await platform.audit(command.id)] == ["outcome"]
    assert platform.effects(command) == []


async def test_what_may_have_happened_ends_in_doubt_and_not_dead(platform: Platform) -> None:
    """Workers that took it over and were lost each time: the attempts count in the ledger, not at the broker."""
    command = a_command("channels.create", {"name": "poison"})
    await lost(platform, command, attempt=MAX_ATTEMPTS, lease_seconds=-1.0)
    async with platform.worker():
        await platform.publish(msgspec.structs.replace(command, attempt=2))
        record = await platform.end_of(command)
        await platform.letter(command_id=command.id)
    assert record.state == "in_doubt"
    names = [channel.name for channel in platform.sandbox.world.state.guilds[GUILD_ONE].channels.values()]
    assert "poison" not in names


async def test_the_end_waits_for_the_lease_of_the_worker_that_was_lost_last(platform: Platform) -> None:
    command = a_command("roles.add", {"member": CROWD[3], "role": EVENTS_ROLE})
    await lost(platform, command, attempt=MAX_ATTEMPTS, lease_seconds=1.0)
    await platform.publish(msgspec.structs.replace(command, attempt=MAX_ATTEMPTS))
    await crash_until_set_aside(platform)
    async with platform.worker():
        assert (await platform.end_of(command)).state == "dead"
        assert (await platform.letter(command_id=command.id))["code"] == "poison"
    assert platform.effects(command) == []


@pytest.mark.parametrize(("attempt", "alone"), [(1, False), (2, True)])
async def test_what_lost_more_than_one_worker_is_taken_alone(on_both: Platform, attempt: int, alone: bool) -> None:
    """Whatever ran beside it would be lost with it once more, and in the end be given up as poison."""
    platform = on_both
    gate, other = Gate("roles.add"), Gate("moderation.ban")
    command = a_command("roles.add", {"member": CROWD[4], "role": EVENTS_ROLE})
    beside = a_command("moderation.ban", {"member": CROWD[5]}, lane="bulk")
    async with platform.worker(handlers={**gate.handlers, **other.handlers}):
        await lost(platform, command, attempt=attempt, lease_seconds=2.0)
        await platform.publish(command)
        await gate.reached()
        await platform.publish(beside)
        if alone:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(other.begun.wait(), 1.0)
        else:
            await other.reached()
        gate.open.set()
        other.open.set()
        assert (await platform.end_of(command)).attempt == attempt + 1
        assert (await platform.end_of(beside)).state == "succeeded"


async def test_what_waits_for_one_alone_is_left_to_others_when_its_worker_stops(platform: Platform) -> None:
    gate = Gate("roles.add")
    command = a_command("roles.add", {"member": CROWD[6], "role": EVENTS_ROLE})
    beside = a_command("moderation.ban", {"member": CROWD[7]}, lane="bulk")
    async with platform.worker(handlers=gate.handlers):
        await lost(platform, command, attempt=2, lease_seconds=2.0)
        await platform.publish(command)
        await gate.reached()
        await platform.publish(beside)
        await asyncio.sleep(0.2)
        asyncio.get_running_loop().call_later(0.5, gate.open.set)
    assert (await platform.record(command.id)).state == "succeeded"
    assert await platform.ledger.get(beside.id) is None
    async with platform.worker():
        assert (await platform.end_of(beside)).state == "succeeded"


async def _replied(one: Interaction) -> bool:
    return one.replied
