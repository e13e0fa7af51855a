"""A Discord that is slow, and has no trouble: who waits for it is told so, and nobody else pays for it."""

from __future__ import annotations

import asyncio

from bus.breaker import CircuitBreaker
from bus.clock import SystemClock
from sandbox.faults import Fault
from sandbox.seed import GUILD_ONE
from tests.integration.sandbox.running_sandbox import running
from tests.integration.workers.commands import CROWD
from workers.discord.pace import InvalidRequests, Pace
from workers.discord.rest import open_discord
from workers.failures import Wait

_BAN = "PUT /guilds/{guild_id}/bans/{user_id}"


async def test_many_calls_that_wait_for_slow_answers_open_no_circuit() -> None:
    """hikari lets one call of a kind through until it knows Discord's limit for it: the others wait for its answer, in
    the end for longer than a call may take."""
    clock = SystemClock()
    breaker = CircuitBreaker("Discord", clock)
    async with (
        running() as sandbox,
        open_discord(
            token=sandbox.world.settings.bot_token,
            api_url=sandbox.api,
            breaker=breaker,
            pace=Pace(clock),
            invalid=InvalidRequests(clock),
        ) as discord,
    ):
        sandbox.world.faults.add(Fault(route=_BAN, kind="latency", latency_ms=3_200))
        bans = [discord.ban(GUILD_ONE, int(member), delete_seconds=0, reason="slow") for member in CROWD[:8]]
        answers = asyncio.gather(*bans, return_exceptions=True)
        await asyncio.sleep(0)
        assert await discord.is_banned(GUILD_ONE, int(CROWD[9])) is False  # another kind of call waits for none of them
        ends = await answers
        assert breaker.state == "closed"
        waits = [end for end in ends if isinstance(end, Wait)]
        assert len(waits) > 5, "more than failures that would open the circuit"
        assert {(wait.code, wait.ambiguous) for wait in waits} == {("busy", False)}
        assert [end for end in ends if end is not None and not isinstance(end, Wait)] == []
        assert len(sandbox.world.book.since(0)) == ends.count(None), "of the others nothing was sent"
