"""One command for many: a few children at a time, paused, called off, and done again for those who failed."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from bus.clock import SystemClock
from bus.envelopes import Command
from bus.ids import Snowflake
from models.bulks import IN_FLIGHT, Bulk, Target, begin_children, get_bulk, start_bulk
from models.commands.moderation import Ban
from models.outcome import Outcome
from models.queries import children_of
from sandbox.seed import GUILD_ONE
from tests.integration.workers.commands import CROWD, MEMBER, OWNER, a_command
from tests.integration.workers.platform import Platform
from tests.integration.workers.quick import eventually
from workers.ports import Call, Handler

NOBODY = "1101000000000977777"
MANY = [str(1101000000000700000 + number) for number in range(2 * IN_FLIGHT + 5)]


def a_bulk(command: str, members: list[str], **options: Any) -> Command:
    return a_command("bulk.start", {"command": command, "members": members, "options": options})


async def bulk_of(platform: Platform, id: UUID) -> Bulk:
    bulk = await get_bulk(platform.database, id, Snowflake(GUILD_ONE))
    assert bulk is not None
    return bulk


async def in_state(platform: Platform, id: UUID, state: str, *, in_flight: int = 0) -> Bulk:
    async def reached() -> Bulk | None:
        bulk = await get_bulk(platform.database, id, Snowflake(GUILD_ONE))
        return bulk if bulk is not None and (bulk.state, bulk.in_flight) == (state, in_flight) else None

    return await eventually(reached, f"a bulk that is {state} with {in_flight} under way", seconds=30)


async def do(platform: Platform, type: str, bulk: UUID) -> Command:
    command = a_command(type, {"bulk": str(bulk)})
    await platform.publish(command)
    assert (await platform.end_of(command)).state == "succeeded"
    return command


class Held:
    """A ban that waits; it counts how many there are at once."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.ran: list[str] = []

    async def run(self, call: Call) -> Outcome:
        await self.open.wait()
        self.ran.append(str(int(call.options.member)))
        return Outcome("banned")

    @property
    def handlers(self) -> dict[str, Handler]:
        return {Ban.type: Handler(Ban, self.run)}


async def test_each_member_has_a_result_and_who_failed_can_be_done_again(on_both: Platform) -> None:
    platform = on_both
    start = a_bulk("moderation.timeout", [*CROWD[:4], NOBODY, CROWD[0]], minutes=5, reason="raid")
    async with platform.worker():
        await platform.publish(start)
        ended = await in_state(platform, start.id, "finished")
        assert (ended.total, ended.begun, ended.done, ended.failed) == (5, 5, 4, 1)
        page = await children_of(platform.database, start.id)
        results = {child.options["member"]: child for child in page.items}
        assert {member: child.state for member, child in results.items()} == {
            **dict.fromkeys(CROWD[:4], "succeeded"),
            NOBODY: "failed",
        }
        assert {(c.actor.id, c.lane, c.options["reason"]) for c in page.items} == {(OWNER, "bulk", "raid")}
        again = await do(platform, "bulk.retry", start.id)
        second = await in_state(platform, again.id, "finished")
        assert (second.total, second.done, second.failed) == (1, 0, 1)
        [child] = (await children_of(platform.database, again.id)).items
        assert (child.options["member"], child.id != results[NOBODY].id) == (NOBODY, True)
    timeouts = [row for row in platform.effects() if row.changed]
    assert len(timeouts) == 4


async def test_few_are_under_way_and_a_pause_begins_no_more(platform: Platform) -> None:
    held, start = Held(), a_bulk("moderation.ban", MANY)
    async with platform.worker(handlers=held.handlers):
        await platform.publish(start)
        await in_state(platform, start.id, "running", in_flight=IN_FLIGHT)
        await do(platform, "bulk.pause", start.id)
        held.open.set()
        paused = await in_state(platform, start.id, "paused")
        assert (paused.begun, paused.done) == (IN_FLIGHT, IN_FLIGHT)
        await asyncio.sleep(0.6)  # two rounds in which it would have begun more
        assert (await bulk_of(platform, start.id)).begun == IN_FLIGHT
        await do(platform, "bulk.resume", start.id)
        ended = await in_state(platform, start.id, "finished")
    assert (ended.done, ended.failed) == (len(MANY), 0)
    assert sorted(held.ran) == sorted(MANY)


async def test_called_off_what_was_begun_ends_and_the_rest_never_begins(platform: Platform) -> None:
    held, start = Held(), a_bulk("moderation.ban", MANY)
    async with platform.worker(handlers=held.handlers):
        await platform.publish(start)
        await in_state(platform, start.id, "running", in_flight=IN_FLIGHT)
        await do(platform, "bulk.cancel", start.id)
        held.open.set()
        ended = await in_state(platform, start.id, "cancelled")
        assert (ended.begun, ended.done) == (IN_FLIGHT, IN_FLIGHT)
        late = a_command("bulk.resume", {"bulk": str(start.id)})
        await platform.publish(late)
        record = await platform.end_of(late)
    assert record.outcome is not None
    assert (record.state, record.outcome.code) == ("failed", "bulk_ended")


async def test_children_that_were_never_published_are_the_sweepers(platform: Platform) -> None:
    start = a_bulk("moderation.note", CROWD[:3], text="seen")
    await platform.ledger.record([start])
    async with platform.database.transaction() as connection:
        targets = [Target({"member": member}) for member in CROWD[:3]]
        await start_bulk(
            connection,
            command_id=start.id,
            guild_id=Snowflake(GUILD_ONE),
            type="moderation.note",
            options={"text": "seen"},
            targets=targets,
        )
    begun = await begin_children(platform.database, platform.catalogue, SystemClock().now())
    assert await begin_children(platform.database, platform.catalogue, SystemClock().now()) == []
    swept = {command.id for command in await platform.ledger.sweep(0, 100, "interactive", "bulk")}
    assert {command.id for command in begun} <= swept
    assert (len(begun), {command.parent_id for command in begun}) == (3, {start.id})


@pytest.mark.parametrize(
    ("command", "options", "code"),
    [
        ("utility.ping", {}, "not_for_members"),
        ("bulk.start", {}, "not_for_members"),
        ("moderation.timeout", {}, "options_invalid"),
        ("moderation.timeout", {"minutes": 5, "until": "later"}, "options_invalid"),
    ],
)
async def test_what_cannot_be_done_for_members_begins_nothing(
    platform: Platform, command: str, options: dict[str, Any], code: str
) -> None:
    start = a_bulk(command, [MEMBER], **options)
    async with platform.worker():
        await platform.publish(start)
        record = await platform.end_of(start)
    assert record.outcome is not None
    assert (record.state, record.outcome.code) == ("failed", code)
    assert await get_bulk(platform.database, start.id, Snowflake(GUILD_ONE)) is None
