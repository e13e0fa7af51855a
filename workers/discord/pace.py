"""This process's part of Discord's global limit, and a stop before Discord would ban the bot."""

from __future__ import annotations

import asyncio
from collections import deque

from bus.clock import Clock
from workers.failures import Wait

__all__ = ["InvalidRequests", "Pace"]


class Pace:
    """At most `per_second` calls a second, spread evenly, in order of arrival.

    Discord allows 50 a second per bot over all processes (reference, "Global Rate Limit"); `share_among` is told
    how many worker processes are alive.
    """

    def __init__(self, clock: Clock, *, per_second: float = 45.0) -> None:
        self._clock = clock
        self._total = per_second
        self._interval = 1.0 / per_second
        self._next = 0.0

    def share_among(self, processes: int) -> None:
        self._interval = max(1, processes) / self._total

    async def turn(self, *, longest_seconds: float = 2.0) -> None:
        """Wait for a turn. Raises Wait where it would take longer than `longest_seconds`."""
        now = self._clock.monotonic()
        # A burst of one second's worth is allowed: only a steady rate above the limit waits.
        at = max(self._next, now - 1.0)
        delay = at - now
        if delay > longest_seconds:
            raise Wait("too many calls to Discord are waiting", retry_after_seconds=delay, code="rate_limited")
        self._next = at + self._interval
        if delay > 0:
            await asyncio.sleep(delay)


class InvalidRequests:
    """Counts 401, 403 and 429 answers: 10,000 in ten minutes get the bot banned (reference, "Invalid Request Limit").

    `check` refuses calls from `limit` on, far below Discord's own, until the window has moved on.
    """

    def __init__(self, clock: Clock, *, limit: int = 5_000, window_seconds: float = 600.0) -> None:
        self._clock = clock
        self._limit = limit
        self._window_seconds = window_seconds
        self._seen: deque[float] = deque()

    def count(self) -> None:
        self._seen.append(self._clock.monotonic())

    def check(self) -> None:
        """Raises Wait while the window holds too many."""
        now = self._clock.monotonic()
        while self._seen and self._seen[0] <= now - self._window_seconds:
            self._seen.popleft()
        if len(self._seen) >= self._limit:
            wait = self._seen[0] + self._window_seconds - now
            raise Wait("too many requests were refused by Discord", retry_after_seconds=wait, code="circuit_open")
