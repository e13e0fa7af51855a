"""PostgreSQL: restarted in order, restarted as after a power cut, its connections ended."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.chaos.platform import Platform

__all__ = ["backend_killed", "connections_ended", "postgres_restarted"]

_OTHERS = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"


@asynccontextmanager
async def postgres_restarted(p: Platform) -> AsyncIterator[None]:
    """Stopped in order; open transactions are rolled back."""
    await p.postgres.stop()
    try:
        yield
    finally:
        await p.postgres.start()


@asynccontextmanager
async def connections_ended(p: Platform) -> AsyncIterator[None]:
    """An administrator ends every session at once."""
    await _ask(p, f"SELECT pg_terminate_backend(pid) {_OTHERS}")
    yield


@asynccontextmanager
async def backend_killed(p: Platform) -> AsyncIterator[None]:
    """kill -9 of one session's process: PostgreSQL ends all of them and recovers from its log."""
    pids = await _ask(p, f"SELECT pid {_OTHERS}")
    os.kill(p.dice.choice(sorted(pids)), signal.SIGKILL)
    yield


async def _ask(p: Platform, sql: str) -> list[int]:
    connection = await asyncpg.connect(p.database_url, timeout=10)
    try:
        return [row[0] for row in await connection.fetch(sql)]
    finally:
        await connection.close()
