"""A clock that a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["MovedClock"]


class MovedClock:
    """Stands still until `move`."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def move(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
