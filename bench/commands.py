"""`commands`: one job on guildbus, its peers and the hand-written ceiling, in interleaved rounds."""

from __future__ import annotations

import asyncio
import math
import os
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from bench.contenders import Contender
from bench.figures import cpu_per_thousand, drain_rate, medians, percentile
from bench.ours.guildbus import GUILD_STATE
from bench.processes import Program, run_to_end
from bench.servers import Servers, own_servers
from bench.table import number

__all__ = ["FAILURES", "HEAD", "Plan", "Run", "measure", "rows"]

_LATENCY_RATES = (200, 1000)
_SKIPPED_SECONDS = 0.5
_SEND_SECONDS = 120.0
_DRAIN_SECONDS = 120.0
_POLL_SECONDS = 0.2
_SETTLE_SECONDS = 1.0
_RECOVERY_SECONDS = 5.0
# A sender that falls behind by more than this did not keep up the rate; its latencies are another rate's.
_KEEPS_UP = 1.05

# What ends one run and not the benchmark: commands lost, too slow, a server that failed.
FAILURES = (RuntimeError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

HEAD = (
    "", "enqueue/s", "drained/s", "× best peer", "% of ceiling", "p50 / p99 ms at 200/s", "p50 / p99 ms at 1,000/s",
    "CPU s per 1,000", "of PostgreSQL", "of RabbitMQ", "peak MB",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    contenders: Sequence[Contender]
    rounds: int
    count: int
    latency_seconds: float = 4.0
    log: Any = field(default=None)


async def measure(plan: Plan) -> tuple[dict[str, dict[str, float]], list[str]]:
    """Medians by contender, and what failed: who lost a command or took too long is left out of that round."""
    failures: list[str] = []
    rounds: dict[str, list[dict[str, float]]] = {one.name: [] for one in plan.contenders}
    async with own_servers() as servers:
        await servers.execute(GUILD_STATE)
        for number in range(plan.rounds):
            for one in plan.contenders:
                started = time.perf_counter()
                try:
                    figures = await _one_run(one, plan, servers)
                except FAILURES as error:
                    failures.append(f"round {number + 1}, {one.name}: {type(error).__name__}: {error}")
                    print(f"{failures[-1]}\n{servers.last_words()}", file=sys.stderr)
                    await asyncio.sleep(_RECOVERY_SECONDS)
                    continue
                rounds[one.name].append(figures)
                seconds = time.perf_counter() - started
                load = os.getloadavg()[0]
                shown = ", ".join(f"{name} {value:,.2f}" for name, value in figures.items())
                print(f"round {number + 1}, {one.name} ({seconds:.0f} s, load {load:.1f}): {shown}", file=sys.stderr)
    return {name: medians(figures) for name, figures in rounds.items()}, failures


async def _one_run(one: Contender, plan: Plan, servers: Servers) -> dict[str, float]:
    connection = await asyncpg.connect(servers.database_url)
    try:
        return await Run(one, servers, connection, max(100, round(plan.count * one.share))).figures(
            plan.latency_seconds
        )
    finally:
        await connection.close()


class Run:
    """One contender in one round, on empty queues: `count` commands enqueued with nobody there, and drained."""

    def __init__(self, one: Contender, servers: Servers, connection: Any, count: int) -> None:
        self._one = one
        self._count = count
        self._servers = servers
        self._connection = connection
        self._log = servers.folder / f"{one.name.replace(' ', '-').replace(',', '')}.log"

    async def figures(self, latency_seconds: float) -> dict[str, float]:
        """The drain, and latencies at fixed rates, each kept up for so long."""
        async with AsyncExitStack() as stack:
            figures, programs = await self.drained(stack)
            for rate in _LATENCY_RATES:
                figures |= await self._latency(rate, latency_seconds, programs)
            figures["peak_mb"] = sum(program.peak_bytes() for program in programs) / 1e6
        return figures

    async def drained(self, stack: AsyncExitStack) -> tuple[dict[str, float], Sequence[Program]]:
        """The drain's figures, and the workers, which go on until the stack is left."""
        await self._servers.empty()
        await self._clear()
        sent = await self._send(self._count, 0)
        figures = {"enqueue": self._count / sent}
        programs = []
        for command in self._one.workers:
            program = Program(command, self._environ(self._one.users[1]), self._log)
            stack.push_async_callback(program.stop)
            programs.append(program)
        samples = await self._drain(self._count, programs)
        figures["drained"] = drain_rate([done for _, done in await self._rows()])
        for column, name in enumerate(("cpu", "cpu_postgresql", "cpu_rabbitmq"), start=1):
            figures[name] = cpu_per_thousand([(sample[0], sample[column]) for sample in samples])
        return figures, programs

    async def _latency(self, rate: int, latency_seconds: float, programs: Sequence[Program]) -> dict[str, float]:
        count = round(rate * latency_seconds)
        await asyncio.sleep(_SETTLE_SECONDS)
        await self._clear()
        seconds = await self._send(count, rate)
        await self._drain(count, programs)
        if seconds > latency_seconds * _KEEPS_UP:
            return {f"sender_{rate}": count / seconds}
        rows = await self._rows()
        begun = min(issued for issued, _ in rows) + _SKIPPED_SECONDS
        waited = [(done - issued) * 1000 for issued, done in rows if issued >= begun]
        return {f"p50_{rate}": percentile(waited, 50), f"p99_{rate}": percentile(waited, 99)}

    async def _send(self, count: int, rate: float) -> float:
        command = (*self._one.sender, str(count), str(rate), *self._one.sender_arguments)
        answer = await run_to_end(command, self._environ(self._one.users[0]), self._log, timeout_seconds=_SEND_SECONDS)
        return float(answer["seconds"])

    async def _drain(self, count: int, programs: Sequence[Program]) -> list[tuple[int, float, float, float]]:
        """Wait until all rows are there; returns (rows, CPU seconds of workers, PostgreSQL, RabbitMQ) over time."""
        samples: list[tuple[int, float, float, float]] = []
        deadline = time.monotonic() + _DRAIN_SECONDS
        while not samples or samples[-1][0] < count:
            if time.monotonic() > deadline or not all(program.running for program in programs):
                done = samples[-1][0] if samples else 0
                tail = self._log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self._one.name}: {done} of {count} commands after {_DRAIN_SECONDS:.0f} s\n{tail}")
            await asyncio.sleep(_POLL_SECONDS)
            cpu = sum(program.cpu_seconds() for program in programs)
            servers = self._servers.cpu_seconds()
            samples.append((await self._connection.fetchval(self._one.counting), cpu, *servers))
        if samples[-1][0] > count:
            raise RuntimeError(f"{self._one.name}: {samples[-1][0]} rows of {count} commands")
        return samples

    async def _rows(self) -> list[tuple[float, float]]:
        return [(row[0], row[1]) for row in await self._connection.fetch(self._one.rows)]

    async def _clear(self) -> None:
        await self._connection.execute(self._one.clearing)

    def _environ(self, user: str) -> dict[str, str]:
        return {"BENCH_AMQP_URL": self._servers.amqp_url(user), "BENCH_DATABASE_URL": self._servers.database_url}


def rows(results: dict[str, dict[str, float]], best: float) -> list[list[str]]:
    """The table's rows, with ratios to the best peer and to the ceiling of the same kind."""
    shown = []
    for name, figures in results.items():
        ceiling = results.get("ceiling, results" if name.endswith(", results") else "ceiling", {})
        drained = figures.get("drained", math.nan)
        shown.append(
            [
                name,
                number(figures.get("enqueue")),
                number(drained),
                number(drained / best if best else math.nan),
                number(100 * drained / ceiling.get("drained", math.nan), 0),
                *(_latency(figures, rate) for rate in _LATENCY_RATES),
                *(number(figures.get(name)) for name in ("cpu", "cpu_postgresql", "cpu_rabbitmq")),
                number(figures.get("peak_mb")),
            ]
        )
    return shown


def _latency(figures: dict[str, float], rate: int) -> str:
    if f"p50_{rate}" in figures:
        return f"{figures[f'p50_{rate}']:.1f} / {figures[f'p99_{rate}']:.1f}"
    sender = figures.get(f"sender_{rate}")
    return "–" if sender is None else f"– (sends {sender:,.0f}/s)"
