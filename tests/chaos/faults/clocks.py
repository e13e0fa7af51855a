"""Clocks that jump by an hour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.chaos.clocks import step_clock
from tests.chaos.faults.fault import Act
from tests.chaos.platform import Platform

__all__ = ["stepped"]

_HOUR_SECONDS = 3600.0


def stepped(module: str) -> Act:
    """One process of this room is an hour ahead, or behind, for a while."""

    @asynccontextmanager
    async def act(p: Platform) -> AsyncIterator[None]:
        file = p.clock_file(p.dice.choice(p.of(module)))
        step_clock(file, p.dice.choice((-_HOUR_SECONDS, _HOUR_SECONDS)))
        try:
            yield
        finally:
            step_clock(file, 0.0)

    return act
