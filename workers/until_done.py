"""Waiting for the database: statements of the pool are repeated until they go through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from loguru import logger
from tenacity import AsyncRetrying, RetryCallState, wait_exponential_jitter

__all__ = ["until_done"]

T = TypeVar("T")


async def until_done(what: str, statement: Callable[[], Awaitable[T]]) -> T:
    """The statement's answer, however often it has to be asked; ends with an answer or by cancellation."""

    try:
        return await statement()  # nearly always: the retrying below costs more than the statement's own code
    except Exception as error:
        logger.opt(exception=error).error("{} could not be done, trying again", what)

    async def ask() -> T:
        return await statement()

    def say(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        logger.error("{} could not be done (attempt {}): {}", what, state.attempt_number + 1, error)

    # tenacity awaits only what is a coroutine function itself: a lambda's coroutine would be returned as it is.
    retrying = AsyncRetrying(wait=wait_exponential_jitter(multiplier=0.1, max=2.0), before_sleep=say)
    result: T = await retrying(ask)
    return result
