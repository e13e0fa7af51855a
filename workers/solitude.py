"""Who may have killed its worker is taken alone: whatever else this process has in hand would be lost with it, and
the loss counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from bus.transport import Delivery

__all__ = ["SUSPECT", "Solitude", "is_suspect"]

SUSPECT = "guildbus-suspect"
"""The header of a copy that the workers publish of a command which has lost more than one worker."""
_QUIET_SECONDS = 1.0
_COPIES_BY = "worker"

Idle = Callable[[], Awaitable[None]]


class Solitude:
    """Shared by the pools of a process: `beside` lets nobody in while somebody is `alone`."""

    def __init__(self) -> None:
        self._idle: list[Idle] = []
        self._taking = asyncio.Lock()

    def watch(self, idle: Idle) -> None:
        """`idle` returns once its pool has nothing in hand."""
        self._idle.append(idle)

    @property
    def beside(self) -> asyncio.Lock:
        """Held for as long as it takes to begin."""
        return self._taking

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """When all pools have nothing in hand, or have had a second for it."""
        async with self._taking:
            with suppress(TimeoutError):
                async with asyncio.timeout(_QUIET_SECONDS):
                    for idle in self._idle:
                        await idle()
            yield


def is_suspect(delivery: Delivery) -> bool:
    """Whether it lost more than one worker or connection: once, everything does that was in hand beside it, and
    hundreds of innocents taken one by one would hold everybody up.

    The broker counts deliveries of one message; what waited for a lost worker's lease to end is another message.
    """
    if delivery.user_id == _COPIES_BY and SUSPECT in delivery.headers:
        return True
    return delivery.redelivered and delivery.delivery_count > 1
