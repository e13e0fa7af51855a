"""The ledger is the outbox: unfinished commands whose time has passed are published again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from loguru import logger

from bus.envelopes import Command
from bus.transport import Transport
from workers.announcements import command_message
from workers.outages import Outage
from workers.publisher import Parcel, publish_parcels

__all__ = ["Sweeper", "margin_of"]

Sweep = Callable[[float, int, str], Awaitable[list[Command]]]

_MOST = 500
_LONGEST_SECONDS = 900.0


def margin_of(longest_wait_seconds: float, margin_seconds: float) -> float:
    """By how much a command of a lane must be overdue to be published again.

    A queue is first in, first out: what was published longer ago than what comes out of it now had waited is no longer
    in it. What is younger is in line, and a second copy would make the line longer when it is long already. A wait is
    believed up to a quarter of an hour: beyond, it may be one claim that never succeeds, or a clock.
    """
    return margin_seconds + min(longest_wait_seconds, _LONGEST_SECONDS)


class Sweeper:
    """Looks every few seconds for what is overdue in each lane that this worker takes, at most 500 at a time.

    `waits` says of each lane how long deliveries waited lately; `sweep(margin, limit, lane)` hides what it returns for
    another margin.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        sweep: Sweep,
        waits: Mapping[str, Callable[[], float]],
        margin_seconds: float = 20.0,
        every_seconds: float = 5.0,
    ) -> None:
        self._transport = transport
        self._sweep = sweep
        self._waits = waits
        self._margin_seconds = margin_seconds
        self._every_seconds = every_seconds

    async def run(self) -> None:
        outage = Outage("The ledger could not be swept")
        while True:
            try:
                await self.sweep_once()
                outage.over()
            except Exception as error:
                outage.failed(error)
            await asyncio.sleep(self._every_seconds)

    async def sweep_once(self) -> int:
        """How many commands were published again."""
        return sum([await self._sweep_lane(lane, longest()) for lane, longest in self._waits.items()])

    async def _sweep_lane(self, lane: str, longest_wait_seconds: float) -> int:
        margin = margin_of(longest_wait_seconds, self._margin_seconds)
        overdue = await self._sweep(margin, _MOST, lane)
        if overdue:
            logger.info("{} {} commands were overdue by {:.0f} s and are published again", len(overdue), lane, margin)
            await publish_parcels(self._transport, [Parcel([command_message(command)]) for command in overdue])
        return len(overdue)
