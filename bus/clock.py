"""Time is passed in: every part that asks what time it is asks a clock that it was given."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

__all__ = ["Clock", "SteadyClock", "SystemClock"]


class Clock(Protocol):
    """Wall time in UTC for what people and other machines see, monotonic seconds for durations."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class SteadyClock:
    """Wall time that no step of the machine's clock moves: carried on by the monotonic clock from where it was set.

    It starts with the machine's time; whoever knows the time better `set`s it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._set_to, self._set_at = clock.now(), clock.monotonic()

    def now(self) -> datetime:
        return self._set_to + timedelta(seconds=self._clock.monotonic() - self._set_at)

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def set(self, now: datetime) -> None:
        self._set_to, self._set_at = now, self._clock.monotonic()
