"""How often something may be done: counted in this process, or in Redis together with other processes."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from typing import Any

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from loguru import logger

__all__ = ["MINUTE_SECONDS", "RateLimit", "RateStorageUnusable", "Rates", "Spent", "guild_limit"]

MINUTE_SECONDS = 60
_SHARED_SECONDS = 0.5
"""A slash command must be answered within three."""


class RateStorageUnusable(ValueError):
    """The address of the storage says nothing that can be used; the message never holds its password."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `amount` in any `seconds`; an amount of 0 is no limit."""

    name: str
    amount: int
    seconds: int = MINUTE_SECONDS


def guild_limit(per_minute: int) -> RateLimit:
    """On what the people of one server start (FEATURES.md E3); the key is the server's id in decimal."""
    return RateLimit("guild", per_minute)


@dataclass(frozen=True, slots=True)
class Spent:
    """What is left of a limit: `reset_seconds` until there is more (rounded up, at least 1)."""

    limit: RateLimit
    allowed: bool
    remaining: int
    reset_seconds: int


class Rates:
    """Sliding windows by name and key. `url` is empty for this process alone, or redis://… or rediss://….

    While Redis cannot be reached, each process counts for itself: a limit must not be what stops everything.
    Raises RateStorageUnusable.
    """

    def __init__(self, url: str = "") -> None:
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = _shared(url) if url else None
        self._reported = False

    async def spend(self, limit: RateLimit, key: str) -> Spent:
        """Use it once, where that is allowed; what is refused costs nothing."""
        if limit.amount == 0:
            return Spent(limit, True, 0, 1)
        if self._shared is not None:
            try:
                async with asyncio.timeout(_SHARED_SECONDS):
                    spent = await _spend(self._shared, limit, key)
            except (StorageError, TimeoutError) as error:
                self._report(error)
            else:
                self._reported = False
                return spent
        return await _spend(self._own, limit, key)

    def _report(self, error: Exception) -> None:
        level = "DEBUG" if self._reported else "WARNING"
        self._reported = True
        cause = error.storage_error if isinstance(error, StorageError) else error
        logger.log(level, "limits are counted by each process alone: {} from Redis", type(cause).__name__)


async def _spend(counter: SlidingWindowCounterRateLimiter, limit: RateLimit, key: str) -> Spent:
    item = RateLimitItemPerSecond(limit.amount, limit.seconds, namespace="guildbus")
    allowed = await counter.hit(item, limit.name, key)
    window = await counter.get_window_stats(item, limit.name, key)
    reset = max(1, math.ceil(window.reset_time - time.time()))
    return Spent(limit, allowed, window.remaining if allowed else 0, reset)


def _shared(url: str) -> SlidingWindowCounterRateLimiter:
    try:
        storage: Any = storage_from_string(f"async+{url}", wrap_exceptions=True, implementation="redispy")
    except ConfigurationError as error:
        raise RateStorageUnusable(
            "it needs a redis:// or rediss:// address and the package `redis` (pip install redis)"
        ) from error
    return SlidingWindowCounterRateLimiter(storage)
