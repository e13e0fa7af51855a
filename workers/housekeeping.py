"""What has to be done now and then: partitions ahead of time, and what has run out taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from loguru import logger

from bus.clock import Clock
from models import cooldowns, event_counts, login_states, processes, retention, sessions
from models.database import Database
from models.ledger import Ledger

__all__ = ["Housekeeping"]

_EVERY_SECONDS = 3600.0
_KEYS_KEPT = timedelta(days=7)
_COUNTS_KEPT = timedelta(days=400)


class Housekeeping:
    """Every worker does it hourly: each task is harmless to do twice."""

    def __init__(self, *, database: Database, ledger: Ledger, clock: Clock) -> None:
        self._tasks: tuple[tuple[str, Callable[[], Awaitable[int]]], ...] = (
            ("partitions made", lambda: retention.ensure_partitions(database)),
            ("idempotency keys forgotten", lambda: ledger.forget_keys(clock.now() - _KEYS_KEPT)),
            ("sessions ended", lambda: sessions.expire(database)),
            ("unfinished logins forgotten", lambda: login_states.expire(database)),
            ("hours of events forgotten", lambda: event_counts.expire(database, clock.now() - _COUNTS_KEPT)),
            ("cooldowns ended", lambda: cooldowns.expire(database)),
            ("lost processes forgotten", lambda: processes.expire(database)),
        )

    async def run(self) -> None:
        while True:
            await self.tidy()
            await asyncio.sleep(_EVERY_SECONDS)

    async def tidy(self) -> None:
        """One round; a task that fails does not keep the others from being done."""
        for what, task in self._tasks:
            try:
                if count := await task():
                    logger.info("{}: {}", what, count)
            except Exception as error:
                logger.warning("Housekeeping ({}): {}", what, error)
