"""Limits are counted on where the shared counter cannot be reached."""

from __future__ import annotations

import asyncio

from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from models.rate_limits import RateLimit, Rates


class Away(MemoryStorage):
    """A storage behind a connection that breaks, or that answers nothing."""

    silent = False

    async def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        if self.silent:
            await asyncio.Event().wait()
        raise StorageError(ConnectionError("planted"))


async def test_each_process_counts_for_itself_while_the_storage_is_away() -> None:
    rates, limit, storage = Rates(), RateLimit("guild", 2), Away()
    rates._shared = SlidingWindowCounterRateLimiter(storage)
    assert [(await rates.spend(limit, "1")).allowed for _ in range(2)] == [True, True]
    storage.silent = True
    spent = await rates.spend(limit, "1")
    assert (spent.allowed, spent.remaining) == (False, 0)
    assert (await rates.spend(limit, "2")).allowed


async def test_no_limit_counts_nothing() -> None:
    rates, none = Rates(), RateLimit("guild", 0)
    assert all([(await rates.spend(none, "1")).allowed for _ in range(1000)])
