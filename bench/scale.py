"""`scale`: what drains with more workers, and beside ledgers that have grown, in interleaved rounds."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from bench.commands import FAILURES, Run
from bench.contenders import Contender, guildbus
from bench.figures import medians
from bench.ledgers import ledger_of
from bench.servers import Servers, own_servers
from bench.table import number

__all__ = ["HEAD", "Results", "measure", "rows", "since"]

Results = Mapping[tuple[int, int], Mapping[str, float]]
"""By (rows in the ledger before, workers)."""

HEAD = (
    "rows before", "workers", "drained/s", "× one worker", "% of the smallest ledger",
    "CPU s per 1,000", "of PostgreSQL", "of RabbitMQ",
)  # fmt: skip


async def measure(
    sizes: Sequence[int], workers: Sequence[int], *, rounds: int, count: int, effect: str
) -> tuple[dict[tuple[int, int], dict[str, float]], list[str]]:
    """Medians by size of the ledger and number of workers, and what failed.

    Each drain's own rows are taken away again, so that a ledger keeps its size.
    """
    failures: list[str] = []
    measured: dict[tuple[int, int], list[dict[str, float]]] = {(size, n): [] for size in sizes for n in workers}
    async with own_servers() as servers:
        urls = {}
        for size in sizes:
            begun = time.perf_counter()
            urls[size] = await ledger_of(size, server_url=servers.database_url, name=f"ledger_{size}")
            print(f"a ledger of {size:,} rows was filled in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
        for turn in range(rounds):
            for size, n in measured:
                what = f"round {turn + 1}, {size:,} rows, {n} workers"
                try:
                    figures = await _drained(replace(servers, database_url=urls[size]), n, count, effect)
                except FAILURES as error:
                    failures.append(f"{what}: {type(error).__name__}: {error}")
                    print(f"{failures[-1]}\n{servers.last_words()}", file=sys.stderr)
                    continue
                measured[size, n].append(figures)
                print(f"{what}: {figures['drained']:,.0f}/s, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    return {key: medians(figures) for key, figures in measured.items()}, failures


async def _drained(servers: Servers, workers: int, count: int, effect: str) -> dict[str, float]:
    connection = await asyncpg.connect(servers.database_url)
    try:
        async with AsyncExitStack() as stack:
            one = since(guildbus(effect, results=False), datetime.now(UTC), workers)
            figures, _ = await Run(one, servers, connection, count).drained(stack)
        await connection.execute(one.clearing)
        return figures
    finally:
        await connection.close()


def since(one: Contender, moment: datetime, workers: int) -> Contender:
    """The contender with so many workers, counting and clearing only what is issued from `moment` on."""
    least = UUID(int=int(moment.timestamp() * 1000) << 80)
    return replace(
        one,
        name=f"{one.name} {workers}",
        workers=[one.workers[0]] * workers,
        only=f"{one.only} AND id >= '{least}'",
        clearing=f"DELETE FROM commands WHERE id >= '{least}'; DELETE FROM audit WHERE id >= '{least}'",  # noqa: S608
    )


def rows(results: Results) -> list[list[str]]:
    """The table's rows, with ratios to one worker and to the smallest ledger."""
    smallest = min((size for size, _ in results), default=0)
    shown = []
    for (size, workers), figures in results.items():
        drained = figures.get("drained", math.nan)
        one = results.get((size, 1), {}).get("drained", math.nan)
        least = results.get((smallest, workers), {}).get("drained", math.nan)
        shown.append(
            [
                f"{size:,}",
                str(workers),
                number(drained),
                number(drained / one),
                number(100 * drained / least, 0),
                *(number(figures.get(name)) for name in ("cpu", "cpu_postgresql", "cpu_rabbitmq")),
            ]
        )
    return shown
