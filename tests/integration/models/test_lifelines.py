from __future__ import annotations

import asyncio

import asyncpg

from models.database import Database
from models.ledger import Ledger
from models.lifeline import LIVES, Lifeline
from tests.integration.models.commands import command, take
from tests.integration.workers.quick import eventually


async def test_a_worker_that_lives_and_was_too_slow_costs_no_attempt(database: Database) -> None:
    lifeline = Lifeline(database)
    slow, other = Ledger(database, holder=lifeline.key), Ledger(database)
    keeping = asyncio.create_task(lifeline.keep())
    ban = command()
    try:
        await until_it_is(database, lifeline, held=True)
        await take(slow, ban, lease=0)
        second = await take(other, ban, lease=0)
        assert (second.takeover, second.attempt, second.fence) == (True, 1, 2)
        again = await take(slow, ban, lease=0)
        assert (again.takeover, again.attempt, again.fence) == (True, 2, 3), "the other has no lifeline"
    finally:
        keeping.cancel()
    await until_it_is(database, lifeline, held=False)
    last = await take(other, ban)
    assert (last.takeover, last.attempt, last.fence) == (True, 3, 4)


async def test_a_lifeline_whose_connection_is_ended_is_taken_up_again(database: Database, database_url: str) -> None:
    lifeline = Lifeline(database)
    keeping = asyncio.create_task(lifeline.keep())
    owner = await asyncpg.connect(database_url)
    try:
        await until_it_is(database, lifeline, held=True)
        pid = await owner.fetchval("SELECT pid FROM pg_locks WHERE objid = $1", lifeline.key & 0xFFFFFFFF)
        await owner.execute("SELECT pg_terminate_backend($1)", pid)
        await until_it_is(database, lifeline, held=False)
        await until_it_is(database, lifeline, held=True)
    finally:
        keeping.cancel()
        await owner.close()


async def test_what_is_taken_up_again_and_again_counts_attempts_though_its_workers_live(database: Database) -> None:
    lifeline = Lifeline(database)
    slow = Ledger(database, holder=lifeline.key)
    keeping = asyncio.create_task(lifeline.keep())
    ban = command()
    try:
        await until_it_is(database, lifeline, held=True)
        attempts = [(await take(slow, ban, lease=0)).attempt for _ in range(22)]
    finally:
        keeping.cancel()
    assert attempts == [1] * 20 + [2, 3]


async def until_it_is(database: Database, lifeline: Lifeline, *, held: bool) -> None:
    async def is_it() -> bool:
        [row] = await database.fetch(f"SELECT {LIVES.format(key='$1::bigint')} AS lives", lifeline.key)
        return bool(row["lives"]) is held

    await eventually(is_it, f"the lock being held = {held}", seconds=30)
