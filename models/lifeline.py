"""A lock that PostgreSQL holds for as long as this process and its connection live, so that others can ask whether.

A lease only tells the time: a process that is slow loses it as one that was killed does. The lock goes with the
connection, which the kernel closes when the process ends; after a lost machine, by keepalives within half a minute.
https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress

import asyncpg
from loguru import logger

from models.database import Database
from models.sqlstate import is_unreachable

__all__ = ["LIVES", "Lifeline"]

_AGAIN_SECONDS = 0.5
_ASK_SECONDS = 10.0

# True where the process whose key is {key} holds its lock. A key of 64 bits is shown in two halves (pg_locks).
LIVES = """EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
        AND l.classid = ({key} >> 32)::oid AND l.objid = ({key} & 4294967295)::oid)"""


class Lifeline:
    """`key` is this process's own, made at random; `keep` holds its lock."""

    def __init__(self, database: Database) -> None:
        self.key = secrets.randbits(63)
        self._database = database

    async def keep(self) -> None:
        """Hold the lock for ever, on a connection of its own; taken anew where that is lost."""
        while True:
            try:
                await self._hold()
            except Exception as error:
                # The pool may go on working: without a lifeline, being slow counts as being lost.
                if not (is_unreachable(error) or isinstance(error, asyncpg.PostgresError)):
                    raise
            logger.warning("The connection that tells that this process lives was lost; it is opened again")
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _hold(self) -> None:
        ended = asyncio.Event()
        async with self._database.session() as connection:
            connection.add_termination_listener(lambda _: ended.set())
            await connection.execute("SELECT pg_advisory_lock($1)", self.key)
            while not ended.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), _ASK_SECONDS)
                # A network that went silent tells nobody: who asks notices.
                if not ended.is_set():
                    await connection.execute("SELECT 1", timeout=_ASK_SECONDS)
