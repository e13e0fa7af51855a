"""The time that all processes share is the database's: leases run by it, so whatever else expires goes by it too."""

from __future__ import annotations

import asyncio

from loguru import logger

from bus.clock import SteadyClock
from models.database import Database

__all__ = ["connect_and_keep_time", "keep_time", "set_by_database"]

_EVERY_SECONDS = 5.0
_LONGEST_TRIP_SECONDS = 1.0
_WORTH_TELLING_SECONDS = 2.0


async def connect_and_keep_time(clock: SteadyClock, database: Database) -> None:
    """Both, until cancelled: for processes that start without waiting for the database."""
    await database.connect()
    await keep_time(clock, database)


async def keep_time(clock: SteadyClock, database: Database) -> None:
    """Set the clock by the database's every few seconds, until cancelled; while that is away it goes on by itself."""
    while True:
        try:
            await set_by_database(clock, database)
        except Exception as error:  # each part that needs the database says so for itself
            logger.debug("the clock could not be set by the database: {}", error)
        await asyncio.sleep(_EVERY_SECONDS)


async def set_by_database(clock: SteadyClock, database: Database) -> None:
    """Raises what the database raises; an answer that took too long to say the time sets nothing."""
    asked_at = clock.monotonic()
    [row] = await database.fetch("SELECT clock_timestamp() AS now")
    trip_seconds = clock.monotonic() - asked_at
    if trip_seconds > _LONGEST_TRIP_SECONDS:
        return
    ahead_seconds = (clock.now() - row["now"]).total_seconds() - trip_seconds / 2
    if abs(ahead_seconds) > _WORTH_TELLING_SECONDS:
        logger.warning("this machine's clock is {:+.0f} s off the database's, which counts", ahead_seconds)
    clock.set(row["now"])
