"""What would take minutes in earnest, in fractions of a second: the ladder, and the waiting of a test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

import pytest

from bus.clock import SystemClock
from bus.retry import Level
from bus.topology import QuorumQueue, Topology, load_topology
from models import ledger
from workers import endings

__all__ = ["MAX_ATTEMPTS", "ShiftedClock", "eventually", "on_their_way_for", "quick_topology"]

MAX_ATTEMPTS = 3
_RUNGS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35)

T = TypeVar("T")


def quick_topology(*, max_attempts: int = MAX_ATTEMPTS, delivery_limit: int = 3) -> Topology:
    """The topology with a ladder of tenths of a second, few attempts, and queues that lose patience early."""
    real = load_topology()
    ladder = tuple(Level(level.name, seconds) for level, seconds in zip(real.ladder, _RUNGS, strict=True))
    delays = {level.name: round(level.delay_seconds * 1000) for level in ladder}
    queues = {}
    for name, queue in real.queues.items():
        changed = queue
        if isinstance(queue, QuorumQueue) and name in delays:
            changed = replace(queue, message_ttl_ms=delays[name])
        elif isinstance(queue, QuorumQueue) and name.startswith("commands."):
            changed = replace(queue, delivery_limit=delivery_limit)
        queues[name] = changed
    return replace(real, queues=MappingProxyType(queues), ladder=ladder, max_attempts=max_attempts)


def on_their_way_for(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """How long a call that was given up may yet take effect, for the workers and for the ledger they ask."""
    for module in (endings, ledger):
        monkeypatch.setattr(module, "ON_ITS_WAY", timedelta(seconds=seconds))


class ShiftedClock(SystemClock):
    """The machine's clock, moved by hand; durations stay real."""

    def __init__(self) -> None:
        self._by = timedelta()

    def now(self) -> datetime:
        return super().now() + self._by

    def advance(self, **by: float) -> None:
        self._by += timedelta(**by)


async def eventually(ask: Callable[[], Awaitable[T]], what: str = "it", *, seconds: float = 8.0) -> T:
    """The first true answer, for what nobody announces."""
    answer: T | None = None
    try:
        async with asyncio.timeout(seconds):
            while not (answer := await ask()):  # noqa: ASYNC110 (there is no event to wait for)
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"{what} did not come within {seconds} s; the last answer was {answer!r}") from None
    return answer
