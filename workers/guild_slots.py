"""A cap on what runs for one guild at once, so that one guild's mass operation leaves room for others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["GuildSlots"]


class GuildSlots:
    """`total` runs at once in this process, at most `per_guild` of them for one guild."""

    def __init__(self, *, total: int, per_guild: int) -> None:
        self._total = asyncio.Semaphore(total)
        self._per_guild = per_guild
        self._guilds: dict[int, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def of(self, guild_id: int | None) -> AsyncIterator[None]:
        key = guild_id or 0
        slots, users = self._guilds.get(key) or (asyncio.Semaphore(self._per_guild), 0)
        self._guilds[key] = (slots, users + 1)
        try:
            # The guild's own slot first: those who wait for it must not take room from other guilds.
            async with slots, self._total:
                yield
        finally:
            users = self._guilds[key][1] - 1
            if users:
                self._guilds[key] = (slots, users)
            else:
                del self._guilds[key]
