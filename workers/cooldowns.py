"""Counts uses towards cooldowns, together for all commands that ask while a count is under way."""

from __future__ import annotations

import asyncio

from models import cooldowns
from models.cooldowns import Use, Wait
from models.database import Database

__all__ = ["Cooldowns"]


class Cooldowns:
    """One transaction at a time: commands of one batch would wait for each other's locks anyway."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: list[tuple[Use, asyncio.Future[Wait | None]]] = []
        self._counting: asyncio.Task[None] | None = None

    async def take(self, use: Use) -> Wait | None:
        """Counts the use, or says how long to wait. Raises what the database raises; asking again counts once."""
        answer: asyncio.Future[Wait | None] = asyncio.get_running_loop().create_future()
        self._asked.append((use, answer))
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count())
        return await answer

    async def peek(self, use: Use) -> Wait | None:
        """How long this use would have to wait."""
        return await cooldowns.peek(self._database, use)

    async def _count(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, []
            try:
                waits = await cooldowns.take(self._database, [use for use, _ in asked])
            except Exception as error:
                for _, answer in asked:
                    if not answer.done():
                        answer.set_exception(error)
            else:
                for (_, answer), wait in zip(asked, waits, strict=True):
                    if not answer.done():
                        answer.set_result(wait)
