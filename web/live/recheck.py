"""Every open stream is authorized again, again and again: who lost access, session or key loses the stream."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from loguru import logger

from models.permissions import Level
from web.live.hub import Hub
from web.live.subscription import Subscription

__all__ = ["MOST_CHECK_SECONDS", "Recheck", "StillAllowed"]

StillAllowed = Callable[[], Awaitable[Level | None]]
"""The level that the stream's principal has now in its guild; None where it may no longer see the feed."""


MOST_CHECK_SECONDS = 10.0
_AT_ONCE = 8
_IDLE_SECONDS = 0.2
_SOON_SECONDS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Pauses before each check of a guild that changed: its event can be here before guild state has taken it in."""


class Recheck:
    """One round over all streams in each `every_seconds`, spread evenly, a few at a time."""

    def __init__(self, *, hub: Hub, every_seconds: float) -> None:
        self._hub = hub
        self._every_seconds = every_seconds
        self._checks: dict[Subscription, StillAllowed] = {}
        self._soon: dict[int, asyncio.Task[None]] = {}

    def watch(self, subscription: Subscription, still_allowed: StillAllowed) -> None:
        self._checks[subscription] = still_allowed

    def forget(self, subscription: Subscription) -> None:
        self._checks.pop(subscription, None)

    def soon(self, guild_id: int) -> None:
        """Do not wait for the round: something happened that can cost access to this guild."""
        if guild_id not in self._soon and any(one.guild_id == guild_id for one in self._checks):
            task = asyncio.create_task(self._check_guild(guild_id))
            self._soon[guild_id] = task
            task.add_done_callback(lambda _: self._soon.pop(guild_id, None))

    async def run(self) -> None:
        """Until cancelled."""
        try:
            await self._rounds()
        finally:
            for task in tuple(self._soon.values()):
                task.cancel()

    async def _check_guild(self, guild_id: int) -> None:
        for pause in _SOON_SECONDS:
            await asyncio.sleep(pause)
            streams = [(one, allowed) for one, allowed in self._checks.items() if one.guild_id == guild_id]
            if not streams:
                return
            for first in range(0, len(streams), _AT_ONCE):
                some = streams[first : first + _AT_ONCE]
                await asyncio.gather(*(self._check_access(one, allowed) for one, allowed in some))

    async def _rounds(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            started, streams = clock(), list(self._checks.items())
            for first in range(0, len(streams), _AT_ONCE):
                # By the clock and not by a pause: what the checks take does not make the round longer.
                await asyncio.sleep(started + self._every_seconds * first / len(streams) - clock())
                checks = streams[first : first + _AT_ONCE]
                await asyncio.gather(*(self._check(subscription, allowed) for subscription, allowed in checks))
            await asyncio.sleep(started + (self._every_seconds if streams else _IDLE_SECONDS) - clock())

    async def _check(self, subscription: Subscription, still_allowed: StillAllowed) -> None:
        if subscription.is_stuck():
            subscription.close("slow")
        await self._check_access(subscription, still_allowed)

    async def _check_access(self, subscription: Subscription, still_allowed: StillAllowed) -> None:
        if subscription.reason is not None:
            return
        try:
            async with asyncio.timeout(min(MOST_CHECK_SECONDS, self._every_seconds)):
                level = await still_allowed()
        except Exception as error:  # not knowing is no permission, whatever could not be asked
            logger.warning("a stream's rights are unknown, so it is closed: {}: {}", type(error).__name__, error)
            level = None
        if level != subscription.level:
            # Another level sees other events: the session comes back and is continued at the new one.
            subscription.close("access_lost")
