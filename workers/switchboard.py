"""The kill switches and the control version as this process knows them (FEATURES.md X17)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from loguru import logger

from bus.ids import Snowflake
from bus.transport import Transport
from models.control import Switches

__all__ = ["Switchboard"]

# Announcements are quicker, but not everybody who flips a switch can announce it (the command line, a person in SQL).
_EVERY_SECONDS = 0.9

Read = Callable[[], Awaitable[Switches]]


class Switchboard:
    """What to do is in PostgreSQL: read on start, on reconnect, on announcement and every second."""

    def __init__(self, *, transport: Transport, read: Read) -> None:
        self._transport = transport
        self._read = read
        self._switches: Switches | None = None
        self._announced = asyncio.Event()

    @property
    def version(self) -> int:
        """The control version that this process obeys."""
        return 0 if self._switches is None else self._switches.version

    def refusal(self, command_type: str, guild_id: Snowflake | None) -> str | None:
        """Why a command is switched off, or None."""
        return None if self._switches is None else self._switches.refusal(command_type, guild_id)

    async def refresh(self) -> None:
        self._switches = await self._read()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._refresh_for_ever())

    async def _listen(self) -> None:
        async for _ in self._transport.listen("control"):
            self._announced.set()

    async def _refresh_for_ever(self) -> None:
        while True:
            self._announced.clear()
            try:
                await self.refresh()
            except Exception as error:
                logger.warning("The switches could not be read: {}", error)
            try:
                async with asyncio.timeout(_EVERY_SECONDS):
                    await self._announced.wait()
            except TimeoutError:
                continue
