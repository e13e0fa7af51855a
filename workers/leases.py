"""The leases that this process holds: renewed together, and the time left known before a call is begun."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from loguru import logger

from bus.clock import Clock
from workers.failures import LeaseShort, TakenOver

__all__ = ["LEASE_SECONDS", "Hold", "Leases"]

LEASE_SECONDS = 10.0
_RENEW_EVERY_SECONDS = 3.0

Renew = Callable[[Sequence[tuple[UUID, int]]], Awaitable[set[UUID]]]


@dataclass(slots=True, eq=False)
class Hold:
    """One lease: `until` is by this process's monotonic clock and errs on the early side."""

    id: UUID
    fence: int
    until: float
    lost: bool = False
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    def require(self, seconds: float, clock: Clock) -> None:
        """Raises LeaseShort or TakenOver unless the lease lasts `seconds` more."""
        if self.lost:
            raise TakenOver("another worker took the command over")
        if self.until - clock.monotonic() < seconds:
            raise LeaseShort


class Leases:
    """Keeps holds alive until they are let go; one statement renews all of them."""

    def __init__(self, renew: Renew, clock: Clock) -> None:
        self._renew = renew
        self._clock = clock
        self._holds: dict[UUID, Hold] = {}

    def __len__(self) -> int:
        return len(self._holds)

    def hold(self, id: UUID, fence: int, *, asked_at: float) -> Hold:
        """Note a lease that the database granted to a statement sent at `asked_at` (monotonic)."""
        held = Hold(id, fence, until=asked_at + LEASE_SECONDS)
        self._holds[id] = held
        return held

    def release(self, hold: Hold) -> None:
        if self._holds.get(hold.id) is hold:
            del self._holds[hold.id]

    async def keep(self) -> None:
        """Renew for ever. A renewal that fails is tried again at the next beat, while the leases last."""
        while True:
            await asyncio.sleep(_RENEW_EVERY_SECONDS)
            await self.renew_all()

    async def renew_all(self) -> None:
        holds = list(self._holds.values())
        if not holds:
            return
        asked_at = self._clock.monotonic()
        try:
            ours = await self._renew([(hold.id, hold.fence) for hold in holds])
        except Exception as error:
            logger.warning("Leases could not be renewed: {}", error)
            return
        for hold in holds:
            if hold.id in ours:
                hold.until = asked_at + LEASE_SECONDS
            elif self._holds.get(hold.id) is hold:
                hold.lost = True
                if hold.task is not None:
                    hold.task.cancel("taken over")
