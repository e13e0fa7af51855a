"""Processes go by the database's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bus.clock import SteadyClock, SystemClock
from models.database import Database
from models.database_clock import set_by_database


class Ahead(SystemClock):
    """A machine whose clock is an hour ahead."""

    def now(self) -> datetime:
        return super().now() + timedelta(hours=1)


async def test_a_machine_that_is_an_hour_ahead_goes_by_the_databases_time(database: Database) -> None:
    clock = SteadyClock(Ahead())
    assert clock.now() - datetime.now(UTC) > timedelta(minutes=59)
    await set_by_database(clock, database)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=2)
