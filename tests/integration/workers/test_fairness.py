"""A flood from one guild leaves room for everybody else (FEATURES.md X11)."""

from __future__ import annotations

import asyncio
import time

import pytest

from bus.ids import Snowflake
from models.outcome import Outcome
from sandbox.seed import GUILD_ONE, GUILD_TWO
from tests.integration.workers.commands import a_command
from tests.integration.workers.platform import Platform
from workers.handlers.table import load_handlers
from workers.ports import Call, Handler

pytestmark = pytest.mark.alone

_SLOW_SECONDS = 0.03
_FLOOD = 300


class Slow:
    """Takes its time, and knows how many ran at once for one guild."""

    def __init__(self) -> None:
        self.running: dict[int, int] = {}
        self.most: dict[int, int] = {}
        self.ended = 0

    async def __call__(self, call: Call) -> Outcome:
        guild = int(call.guild_id)
        self.running[guild] = self.running.get(guild, 0) + 1
        self.most[guild] = max(self.most.get(guild, 0), self.running[guild])
        await asyncio.sleep(_SLOW_SECONDS)
        self.running[guild] -= 1
        self.ended += 1
        return Outcome("done")


async def waits(platform: Platform, number: int) -> list[float]:
    """How long interactive commands of the other guild take from the publish to their end, in seconds."""
    took = []
    for _ in range(number):
        began = time.monotonic()
        command = a_command("utility.ping", guild_id=Snowflake(GUILD_TWO))
        await platform.publish(command)
        await platform.end_of(command)
        took.append(time.monotonic() - began)
    return sorted(took)


async def test_a_bulk_flood_of_one_guild_does_not_delay_another_guilds_slash_commands(platform: Platform) -> None:
    slow = Slow()
    table = load_handlers(platform.catalogue)
    handler = Handler(table["channels.create"].spec, slow)
    flood = [
        a_command("channels.create", {"name": f"flood-{index}"}, lane="bulk", dry_run=False) for index in range(_FLOOD)
    ]
    async with platform.worker(handlers={"channels.create": handler}):
        quiet = await waits(platform, 20)
        await platform.publish(*flood)
        loud = await waits(platform, 20)
        assert slow.ended < _FLOOD, "the flood was still running"
        p95, before = loud[18], quiet[18]
        assert p95 < max(0.5, 10 * before), f"p95 {p95:.3f} s in the flood, {before:.3f} s before: × {p95 / before:.1f}"
        for command in flood:
            assert (await platform.end_of(command, seconds=30)).state == "succeeded"
    assert slow.most == {GUILD_ONE: 4}, "a quarter of the sixteen slots"


async def test_inside_one_lane_another_guild_passes_a_flood(platform: Platform) -> None:
    slow = Slow()
    table = load_handlers(platform.catalogue)
    handler = Handler(table["channels.create"].spec, slow)
    flood = [a_command("channels.create", {"name": f"flood-{index}"}) for index in range(40)]
    other = a_command("channels.create", {"name": "other"}, guild_id=Snowflake(GUILD_TWO))
    async with platform.worker(handlers={"channels.create": handler}):
        await platform.publish(*flood, other)
        await platform.end_of(other)
        assert slow.ended < 20
        for command in flood:
            await platform.end_of(command)
    assert slow.most[GUILD_ONE] == 4
