"""The ledger is the outbox: unfinished commands whose time has passed are published again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from loguru import logger

from bus.envelopes import Command
from bus.transport import Transport
from workers.announcements import command_message
from workers.publisher import Parcel, publish_parcels

__all__ = ["Sweeper"]

Sweep = Callable[[float, int], Awaitable[list[Command]]]

_LIMIT = 500


class Sweeper:
    """Looks every few seconds for what is overdue by `margin_seconds`; `sweep` hides what it returns for a while.

    While the queues hold more than the workers take, what looks overdue is mostly waiting in line, and publishing it
    again would make the line longer: then only what is very late is.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        sweep: Sweep,
        backlogged: Callable[[], bool],
        margin_seconds: float = 20.0,
        backlog_margin_seconds: float = 900.0,
        every_seconds: float = 5.0,
    ) -> None:
        self._transport = transport
        self._sweep = sweep
        self._backlogged = backlogged
        self._margin_seconds = margin_seconds
        self._backlog_margin_seconds = backlog_margin_seconds
        self._every_seconds = every_seconds

    async def run(self) -> None:
        while True:
            try:
                while await self.sweep_once() == _LIMIT:
                    pass
            except Exception as error:
                logger.warning("The ledger could not be swept: {}", error)
            await asyncio.sleep(self._every_seconds)

    async def sweep_once(self) -> int:
        """How many commands were published again."""
        margin = self._backlog_margin_seconds if self._backlogged() else self._margin_seconds
        overdue = await self._sweep(margin, _LIMIT)
        if overdue:
            logger.info("{} commands were overdue and are published again", len(overdue))
            await publish_parcels(self._transport, [Parcel([command_message(command)]) for command in overdue])
        return len(overdue)
