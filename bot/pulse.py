"""The bot's side of the platform's housekeeping: a heartbeat row, and the version of `control` that is live here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from loguru import logger

from bot.health import BotHealth
from bot.ports import Beat, ControlVersion
from bus.errors import BusError
from bus.transport import Transport

__all__ = ["Pulse"]

_EVERY_SECONDS = 5.0
_AGAIN_SECONDS = 1.0


class Pulse:
    """Beats every 5 s, and at once when `control` announces a change (X10: "live on 3 of 3 bots")."""

    def __init__(
        self,
        *,
        transport: Transport,
        beat: Beat,
        control_version: ControlVersion,
        health: BotHealth,
        measure: Callable[[], None],
        every_seconds: float = _EVERY_SECONDS,
    ) -> None:
        self._transport = transport
        self._beat = beat
        self._control_version = control_version
        self._health = health
        self._measure = measure
        self._every_seconds = every_seconds
        self._now = asyncio.Event()
        self._failing = False

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            self._now.clear()
            await self._once()
            try:
                async with asyncio.timeout(_AGAIN_SECONDS if self._failing else self._every_seconds):
                    await self._now.wait()
            except TimeoutError:
                continue

    async def listen(self) -> None:
        """Beat at once on every announcement, until cancelled; the five seconds cover what is missed."""
        while True:
            try:
                async for _ in self._transport.listen("control"):
                    self._now.set()
            except BusError as error:
                logger.debug("no announcements for now: {}", error)
            await asyncio.sleep(self._every_seconds)

    async def _once(self) -> None:
        self._measure()
        try:
            self._health.control_version = await self._control_version()
            await self._beat(self._health.report())
        except Exception as error:
            if not self._failing:
                logger.warning("the heartbeat could not be written: {!r}", error)
            self._failing = True
        else:
            self._failing = False
