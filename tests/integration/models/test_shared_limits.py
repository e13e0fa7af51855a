"""Limits that processes share: counted together in a real Redis, and by each alone while it is away."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest_asyncio
from loguru import logger

from bus.clock import SystemClock
from models.rate_limits import RateLimit, Rates
from tests.proxy import Proxy
from tests.redis import RedisServer, redis_server

__all__ = ["redis_server"]

LIMIT = RateLimit("guild", 4)


class Ahead(SystemClock):
    """Some time later, as soon as the test says so."""

    ahead_seconds = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_seconds


@pytest_asyncio.fixture
async def way(redis_server: RedisServer) -> AsyncIterator[Proxy]:
    """The network between the processes and Redis."""
    proxy = Proxy(redis_server.socket)
    await proxy.open()
    yield proxy
    await proxy.shut()


async def allowed(rates: Rates, times: int, key: str = "1") -> list[bool]:
    return [(await rates.spend(LIMIT, key)).allowed for _ in range(times)]


async def test_two_processes_share_one_allowance(way: Proxy) -> None:
    one, other = (Rates(f"redis://127.0.0.1:{way.port}/0") for _ in range(2))
    assert await allowed(one, 2) + await allowed(other, 2) == [True] * 4
    assert await allowed(one, 1) + await allowed(other, 1) == [False] * 2
    assert await allowed(other, 1, key="2") == [True]
    assert (await one.spend(LIMIT, "2")).remaining == 2
    await one.close()
    await other.close()


async def test_while_redis_is_silent_each_counts_alone_and_hardly_anybody_waits(way: Proxy) -> None:
    clock = Ahead()
    rates = Rates(f"redis://127.0.0.1:{way.port}/0", clock)
    assert await allowed(rates, 1) == [True]
    way.freeze()
    assert await allowed(rates, 5) == [True] * 4 + [False]
    began = time.monotonic()
    await allowed(rates, 200, key="2")
    assert time.monotonic() - began < 5, "each would have waited half a second"
    way.thaw()
    way.cut()
    clock.ahead_seconds = 3600
    # Redis counted the first of all, and perhaps what was on its way when it fell silent.
    assert (await allowed(rates, 5))[-1] is False
    other = Rates(f"redis://127.0.0.1:{way.port}/0")
    assert await allowed(other, 1) == [False], "what is counted again is counted in Redis"
    await rates.close()
    await other.close()


async def test_redis_that_begins_anew_is_counted_in_again(way: Proxy, redis_server: RedisServer) -> None:
    clock = Ahead()
    rates = Rates(f"redis://127.0.0.1:{way.port}/0", clock)
    assert await allowed(rates, 5) == [True] * 4 + [False]
    redis_server.stop()
    assert await allowed(rates, 5) == [True] * 4 + [False]
    redis_server.start()
    clock.ahead_seconds = 3600
    assert await allowed(rates, 5) == [True] * 4 + [False]
    await rates.close()


async def test_a_redis_that_refuses_us_is_named_once_and_its_password_never(way: Proxy) -> None:
    said: list[str] = []
    sink = logger.add(said.append, level="TRACE")
    rates = Rates(f"redis://:planted@127.0.0.1:{way.port}/0")
    assert await allowed(rates, 5) == [True] * 4 + [False]
    await rates.close()
    logger.remove(sink)
    assert len(said) == 1
    assert "AuthenticationError" in said[0]
    assert "planted" not in said[0]
