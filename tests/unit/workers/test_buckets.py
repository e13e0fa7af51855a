"""Rate-limit buckets as hikari keeps them, under calls that are given up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from hikari.errors import RateLimitTooLongError
from hikari.internal.routes import GET_GUILD_AUDIT_LOGS, CompiledRoute

from workers.discord.buckets import CancellableBuckets

ROUTE = GET_GUILD_AUDIT_LOGS.compile(guild=1)


@pytest.fixture
async def buckets() -> AsyncIterator[CancellableBuckets]:
    one = CancellableBuckets(2.0)
    one.start()
    yield one
    await one.close()


def answered(buckets: CancellableBuckets, *, remaining: int, limit: int, seconds: float) -> None:
    buckets.update_rate_limits(ROUTE, "Bot x", "bucket", remaining, limit, time.time() + seconds, seconds)


async def call(buckets: CancellableBuckets, *, route: CompiledRoute = ROUTE, seconds: float = 2.0) -> None:
    async with asyncio.timeout(seconds), buckets.acquire_bucket(route, "Bot x"):
        pass


async def known(buckets: CancellableBuckets, *, limit: int = 2, seconds: float) -> None:
    """A bucket that the first answer told of, with nothing left in it."""
    async with buckets.acquire_bucket(ROUTE, "Bot x"):
        answered(buckets, remaining=0, limit=limit, seconds=seconds)


async def test_calls_given_up_while_they_waited_hold_nobody_up(buckets: CancellableBuckets) -> None:
    await known(buckets, seconds=0.4)
    given_up = await asyncio.gather(*(call(buckets, seconds=0.1) for _ in range(9)), return_exceptions=True)
    assert [type(one) for one in given_up] == [TimeoutError] * 9
    for _ in range(4):
        await call(buckets)


async def test_the_turn_of_who_left_is_the_next_ones(buckets: CancellableBuckets) -> None:
    """A place in the line for each that gave up would leave little of the window to those that still want it."""
    await known(buckets, limit=1, seconds=0.4)
    begun = time.monotonic()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await call(buckets, seconds=0.05)
    await call(buckets)
    assert time.monotonic() - begun < 0.6, "the first window after those that were given up"


async def test_a_turn_that_nobody_wants_any_more_is_handed_back(buckets: CancellableBuckets) -> None:
    await known(buckets, limit=1, seconds=0.2)
    with pytest.raises(TimeoutError):
        await call(buckets, seconds=0.05)
    await asyncio.sleep(0.3)
    assert buckets._lines == {}
    async with asyncio.timeout(1.0):  # as the only one at a time that its limit allows
        await call(buckets)


async def test_those_who_wait_are_let_through_in_order(buckets: CancellableBuckets) -> None:
    await known(buckets, limit=1, seconds=0.1)
    order: list[int] = []

    async def one(number: int) -> None:
        await call(buckets)
        order.append(number)

    await asyncio.gather(*(one(number) for number in range(5)))
    assert order == [0, 1, 2, 3, 4]


async def test_a_wait_that_is_too_long_is_refused_as_ever(buckets: CancellableBuckets) -> None:
    await known(buckets, limit=1, seconds=30.0)
    for _ in range(2):
        with pytest.raises(RateLimitTooLongError):
            await call(buckets)


async def test_a_window_of_no_length_is_no_division_by_zero(buckets: CancellableBuckets) -> None:
    await known(buckets, seconds=0.0)
    await asyncio.sleep(0.01)
    for _ in range(3):
        await call(buckets)
