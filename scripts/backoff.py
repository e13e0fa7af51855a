"""Trying again until it works, saying what is missing: for everything that a start has to wait for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from loguru import logger
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

__all__ = ["until_it_works"]

_LONGEST_WAIT_SECONDS = 15.0

T = TypeVar("T")


async def until_it_works(work: Callable[[], Awaitable[T]], *, on: tuple[type[Exception], ...], what: str) -> T:
    """The result of `work`, called again with backoff while it raises one of `on`."""

    def say(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        pause = state.next_action.sleep if state.next_action else 0
        logger.warning("{}: {}; trying again in {:.1f} s", what, error, pause)

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(on),
        wait=wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT_SECONDS),
        before_sleep=say,
        reraise=True,
    )
    async for attempt in retrying:
        with attempt:
            return await work()
    raise AssertionError("an endless retry has ended")
