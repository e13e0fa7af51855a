"""Keeps what this process obeys up to date: the kill switches and the guilds' rules (FEATURES.md X17, X10)."""

from __future__ import annotations

import asyncio

from bus.transport import Transport
from models.database import Database
from models.guild_rules import RulesInForce
from workers.outages import Outage

__all__ = ["Switchboard"]

# Announcements are quicker, but not everybody who flips a switch can announce it (the command line, a person in SQL).
_EVERY_SECONDS = 0.9


class Switchboard:
    """What to do is in PostgreSQL: read on start, on reconnect, on announcement and every second.

    `changed` is set when another version is obeyed; who waits for it clears it.
    """

    def __init__(self, *, transport: Transport, rules: RulesInForce, database: Database) -> None:
        self._transport = transport
        self._rules = rules
        self._database = database
        self._announced = asyncio.Event()
        self.changed = asyncio.Event()

    async def refresh(self) -> None:
        before = self._rules.version
        await self._rules.refresh(self._database)
        if self._rules.version != before:
            self.changed.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._refresh_for_ever())

    async def _listen(self) -> None:
        async for _ in self._transport.listen("control"):
            self._announced.set()

    async def _refresh_for_ever(self) -> None:
        outage = Outage("The switches and rules could not be read")
        while True:
            self._announced.clear()
            try:
                await self.refresh()
                outage.over()
            except Exception as error:
                outage.failed(error)
            try:
                async with asyncio.timeout(_EVERY_SECONDS):
                    await self._announced.wait()
            except TimeoutError:
                continue
