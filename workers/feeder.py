"""Publishes what the ledger has ready: the next children of bulks, and what a second person decided on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bus.envelopes import Command
from bus.transport import Transport
from workers.announcements import command_message
from workers.outages import Outage
from workers.publisher import Parcel, publish_parcels

__all__ = ["Feeder"]

Ready = Callable[[], Awaitable[list[Command]]]


class Feeder:
    """Looks four times a second; what could not be published is the sweeper's."""

    def __init__(self, *, transport: Transport, ready: Ready, every_seconds: float = 0.25) -> None:
        self._transport = transport
        self._ready = ready
        self._every_seconds = every_seconds

    async def run(self) -> None:
        outage = Outage("What is ready could not be taken from the ledger")
        while True:
            try:
                commands = await self._ready()
                if commands:
                    parcels = [Parcel([command_message(command)]) for command in commands]
                    await publish_parcels(self._transport, parcels)
                outage.over()
            except Exception as error:
                outage.failed(error)
            await asyncio.sleep(self._every_seconds)
