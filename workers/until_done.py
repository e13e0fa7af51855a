"""Waiting for the database: statements of a worker are repeated until they go through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from loguru import logger
from tenacity import AsyncRetrying, RetryCallState, wait_exponential_jitter

from bus.clock import Clock
from models.sqlstate import is_unreachable

__all__ = ["UntilDone"]

T = TypeVar("T")


class UntilDone:
    """One for all of a worker: that the database is away is told once, and once that it is back, whoever waits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._away_since: float | None = None
        self._back_at = clock.monotonic()
        self._waited = 0

    async def __call__(self, what: str, statement: Callable[[], Awaitable[T]]) -> T:
        """The statement's answer, however often it has to be asked; ends with an answer or by cancellation."""
        begun = self._clock.monotonic()
        try:
            answer = await statement()  # nearly always: the retrying below costs more than the statement's own code
        except Exception as error:
            self._failed(what, error, begun)
            if is_unreachable(error):
                self._waited += 1
        else:
            if self._away_since is not None:
                self._answered(begun)
            return answer

        async def ask() -> T:
            nonlocal begun
            begun = self._clock.monotonic()
            return await statement()

        def say(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            if error is not None:
                self._failed(what, error, begun)

        # tenacity awaits only what is a coroutine function itself: a lambda's coroutine would be returned as it is.
        retrying = AsyncRetrying(wait=wait_exponential_jitter(multiplier=0.1, max=2.0), before_sleep=say)
        result: T = await retrying(ask)
        self._answered(begun)
        return result

    def _failed(self, what: str, error: BaseException, begun: float) -> None:
        if not is_unreachable(error):
            logger.opt(exception=error).error("{} could not be done, trying again", what)
        elif self._away_since is None and begun >= self._back_at:
            self._away_since = begun
            logger.error("The database is away, and what needs it waits: {}: {}", type(error).__name__, error)
        else:
            logger.debug("{} could not be done, trying again: {}", what, error)

    def _answered(self, begun: float) -> None:
        """What was asked before the database went away says nothing of its being back."""
        if self._away_since is None or begun <= self._away_since:
            return
        now = self._clock.monotonic()
        logger.warning(
            "The database is back after {:.1f} s, for which {} statements waited", now - self._away_since, self._waited
        )
        self._away_since, self._back_at, self._waited = None, now, 0
