"""`slash`: from the sandbox to the deferral and to the final answer, with a bot and a worker as anybody starts them."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import aiohttp

from bench.figures import drain_rate, medians, percentile
from bench.people import People
from bench.processes import Program
from bench.sandbox_process import sandbox_process
from bench.servers import Servers, own_servers
from bench.table import number
from sandbox.settings import SandboxSettings

__all__ = ["HEAD", "measure", "rows"]

HEAD = ("figure", "measured")
_ROWS = (
    ("defer_p50", "one at a time: defer, p50 ms"),
    ("defer_p99", "one at a time: defer, p99 ms"),
    ("answer_p50", "one at a time: final answer, p50 ms"),
    ("answer_p99", "one at a time: final answer, p99 ms"),
    ("accepted", "64 at once, no worker: accepted/s"),
    ("worst", "64 at once, no worker: slowest defer, ms"),
    ("per_cpu", "accepted per second of the bot's CPU time"),
    ("drained", "that backlog afterwards, one worker: answered/s"),
)
_AT_ONCE = 64
_WARM = 20


async def measure(*, rounds: int, singles: int, flood: int) -> dict[str, float]:
    """Medians over the rounds. Raises TimeoutError where an interaction is not deferred in 3 s or never answered."""
    found: list[dict[str, float]] = []
    async with own_servers() as servers, sandbox_process(servers) as discord:
        environ = {
            "DISCORD_TOKEN": SandboxSettings().bot_token,
            "DISCORD_API_URL": discord.api_url,
            "RATE_PER_GUILD": "0",  # all of it comes from one guild
            "LOG_LEVEL": "WARNING",
        }
        connector = aiohttp.TCPConnector(limit=_AT_ONCE)
        async with aiohttp.ClientSession(connector=connector) as session, _program("bot", servers, environ) as bot:
            people = People(discord.port, session)
            for round_number in range(rounds):
                async with _program("workers", servers, environ):
                    await people.until_answered()
                    await _one_at_a_time(people, _WARM)
                    figures = await _one_at_a_time(people, singles)
                accepted, backlog = await _flood(people, bot, flood)
                async with _program("workers", servers, environ):
                    figures |= accepted | {"drained": drain_rate(await _answered_at(people, backlog))}
                found.append(figures)
                shown = ", ".join(f"{name} {value:,.2f}" for name, value in figures.items())
                print(f"round {round_number + 1} (load {os.getloadavg()[0]:.1f}): {shown}", file=sys.stderr)
    return medians(found)


def rows(results: Mapping[str, float]) -> list[list[str]]:
    return [[words, number(results.get(name))] for name, words in _ROWS]


async def _one_at_a_time(people: People, count: int) -> dict[str, float]:
    deferred, answered = [], []
    for _ in range(count):
        interaction = await people.use()
        answered.append(await people.answered_ms(interaction))
        deferred.append(await people.deferred_ms(interaction))
    return {
        "defer_p50": percentile(deferred, 50),
        "defer_p99": percentile(deferred, 99),
        "answer_p50": percentile(answered, 50),
        "answer_p99": percentile(answered, 99),
    }


async def _flood(people: People, bot: Program, count: int) -> tuple[dict[str, float], list[str]]:
    """So many people use the command again as soon as theirs is deferred; nobody works yet."""
    backlog: list[str] = []
    deferred: list[float] = []
    left = iter(range(count))

    async def use_again() -> None:
        for _ in left:
            interaction = await people.use()
            backlog.append(interaction)
            deferred.append(await people.deferred_ms(interaction))

    cpu, started = bot.cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(use_again() for _ in range(_AT_ONCE)))
    seconds, cpu = time.perf_counter() - started, bot.cpu_seconds() - cpu
    return {"accepted": count / seconds, "worst": max(deferred), "per_cpu": count / cpu}, backlog


async def _answered_at(people: People, backlog: Sequence[str]) -> list[float]:
    """When each was seen to be answered."""
    left, seen = iter(backlog), []

    async def see() -> None:
        for interaction in left:
            await people.answered_ms(interaction)
            seen.append(time.perf_counter())

    await asyncio.gather(*(see() for _ in range(_AT_ONCE)))
    return seen


@asynccontextmanager
async def _program(name: str, servers: Servers, environ: Mapping[str, str]) -> AsyncIterator[Program]:
    """`python -m bot` or `python -m workers`."""
    own = {"AMQP_URL": servers.amqp_url(name.removesuffix("s")), "DATABASE_URL": servers.database_url}
    program = Program((sys.executable, "-m", name), {**environ, **own}, servers.folder / f"{name}.log")
    try:
        yield program
    finally:
        await program.stop()
