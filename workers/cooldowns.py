"""Counts uses towards cooldowns, in one transaction for what asks in the same turn of the loop."""

from __future__ import annotations

from functools import partial

from models import cooldowns
from models.cooldowns import Use, Wait
from models.database import Database
from workers.together import Together

__all__ = ["Cooldowns"]


class Cooldowns:
    """`workers.gatekeeper.UseCounter` on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._taken = Together(partial(cooldowns.take, database))

    async def take(self, use: Use) -> Wait | None:
        """Counts the use, or says how long to wait. Raises what the database raises; asking again counts once."""
        return (await self._taken.ask([use])).get(use)

    async def peek(self, use: Use) -> Wait | None:
        """How long this use would have to wait."""
        return await cooldowns.peek(self._database, use)
