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
from limits.errors import StorageError
from loguru import logger

from bus.breaker import CircuitBreaker
from bus.clock import Clock, SystemClock
from bus.errors import CircuitOpen
from models.config import Secret, SettingsReader, url_kind

__all__ = ["MINUTE_SECONDS", "RateLimit", "RateStorageUnusable", "Rates", "Spent", "guild_limit", "rate_storage_url"]

MINUTE_SECONDS = 60
_SHARED_SECONDS = 0.5
"""A slash command must be answered within three."""
_TROUBLES, _ALONE_SECONDS = 3, 5.0
"""After so many failures in a row Redis is not asked for a while: else each request would wait for it."""


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


def rate_storage_url(reader: SettingsReader) -> Secret:
    """Redis's URL with its password; empty where each process counts limits for itself."""
    kind = url_kind(("redis", "rediss"))
    return reader.read("RATE_STORAGE_URL", kind, _usable, default=Secret(""), placeholder=Secret(""))


def _usable(url: str) -> Secret:
    Rates(url)
    return Secret(url)


class Rates:
    """Sliding windows by name and key. `url` is empty for this process alone, or redis://… or rediss://….

    While Redis cannot be reached, each process counts for itself, every limit alike: none is lifted, so that nobody
    can guess keys then, and none stops everybody. N processes then let in up to N times as much.
    Raises RateStorageUnusable. `clock` says when to try Redis again.
    """

    def __init__(self, url: str = "", clock: Clock | None = None) -> None:
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = _Redis(url, clock or SystemClock()) if url else None

    async def spend(self, limit: RateLimit, key: str) -> Spent:
        """Use it once, where that is allowed; what is refused costs nothing."""
        if limit.amount == 0:
            return Spent(limit, True, 0, 1)
        spent = await self._shared.spend(limit, key) if self._shared is not None else None
        return spent or await _spend(self._own, limit, key)

    async def close(self) -> None:
        """Closes the connections to Redis."""
        if self._shared is not None:
            await self._shared.close()


class _Redis:
    """The counter that processes share, behind a circuit breaker."""

    def __init__(self, url: str, clock: Clock) -> None:
        try:
            # Only who shares limits loads it.
            from limits.aio.storage import RedisStorage
            from redis.asyncio import ConnectionPool

            self._pool = ConnectionPool.from_url(url)
        except ImportError as error:
            raise RateStorageUnusable(
                "limits are shared in Redis through the package `redis`, which is not installed: it is pinned in "
                "requirements/runtime.txt"
            ) from error
        except ValueError:
            raise RateStorageUnusable("it cannot be read; it looks like redis://:password@host:6379/0") from None
        pool: Any = self._pool  # limits declares all options to be texts and numbers
        storage = RedisStorage(f"async+{url}", wrap_exceptions=True, implementation="redispy", connection_pool=pool)
        self._counter = SlidingWindowCounterRateLimiter(storage)
        self._breaker = CircuitBreaker(
            "Redis", clock, open_after=_TROUBLES, half_open_after_seconds=_ALONE_SECONDS, close_after=1
        )
        self._reached = True

    async def spend(self, limit: RateLimit, key: str) -> Spent | None:
        """None while Redis cannot be reached."""
        try:
            self._breaker.check()
            async with asyncio.timeout(_SHARED_SECONDS):
                spent = await _spend(self._counter, limit, key)
        except CircuitOpen:
            return None
        except (StorageError, TimeoutError) as error:
            self._breaker.failed()
            cause = error.storage_error if isinstance(error, StorageError) else error
            self._tell(False, "limits are counted by each process alone: {} from Redis", type(cause).__name__)
            return None
        self._breaker.succeeded()
        self._tell(True, "limits are counted in Redis again")
        return spent

    async def close(self) -> None:
        await self._pool.disconnect()

    def _tell(self, reached: bool, words: str, *values: object) -> None:
        if reached is not self._reached:
            self._reached = reached
            logger.warning(words, *values)


async def _spend(counter: SlidingWindowCounterRateLimiter, limit: RateLimit, key: str) -> Spent:
    item = RateLimitItemPerSecond(limit.amount, limit.seconds, namespace="guildbus")
    allowed = await counter.hit(item, limit.name, key)
    window = await counter.get_window_stats(item, limit.name, key)
    reset = max(1, math.ceil(window.reset_time - time.time()))
    return Spent(limit, allowed, window.remaining if allowed else 0, reset)
