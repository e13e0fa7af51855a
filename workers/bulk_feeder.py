"""Keeps a few children of each bulk under way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from loguru import logger

from bus.envelopes import Command
from bus.transport import Transport
from workers.announcements import command_message
from workers.publisher import Parcel, publish_parcels

__all__ = ["BulkFeeder"]

Begin = Callable[[], Awaitable[list[Command]]]


class BulkFeeder:
    """Looks four times a second whether there is room; what could not be published is the sweeper's."""

    def __init__(self, *, transport: Transport, begin: Begin, every_seconds: float = 0.25) -> None:
        self._transport = transport
        self._begin = begin
        self._every_seconds = every_seconds

    async def run(self) -> None:
        while True:
            try:
                children = await self._begin()
                if children:
                    parcels = [Parcel([command_message(child)]) for child in children]
                    await publish_parcels(self._transport, parcels)
            except Exception as error:
                logger.warning("No children of bulks were begun: {}", error)
            await asyncio.sleep(self._every_seconds)
