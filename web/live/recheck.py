"""Every open stream is authorized again, again and again: who lost access, session or key loses the stream."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from loguru import logger

from models.permissions import Level
from web.live.hub import Hub
from web.live.subscription import Subscription

__all__ = ["Recheck", "StillAllowed"]

StillAllowed = Callable[[], Awaitable[Level | None]]
"""The level that the stream's principal has now in its guild; None where it may no longer see the feed."""


class Recheck:
    """One round over all streams in each `every_seconds`, spread evenly so that many do not ask at once."""

    def __init__(self, *, hub: Hub, every_seconds: float) -> None:
        self._hub = hub
        self._every_seconds = every_seconds
        self._checks: dict[Subscription, StillAllowed] = {}

    def watch(self, subscription: Subscription, still_allowed: StillAllowed) -> None:
        self._checks[subscription] = still_allowed

    def forget(self, subscription: Subscription) -> None:
        self._checks.pop(subscription, None)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            streams = list(self._checks.items())
            pause = self._every_seconds / max(1, len(streams))
            for subscription, still_allowed in streams:
                await asyncio.sleep(pause)
                await self._check(subscription, still_allowed)
            if not streams:
                await asyncio.sleep(min(1.0, self._every_seconds))

    async def _check(self, subscription: Subscription, still_allowed: StillAllowed) -> None:
        if subscription.is_stuck():
            subscription.close("slow")
        if subscription.closed.is_set():
            return
        try:
            async with asyncio.timeout(min(10.0, self._every_seconds)):
                level = await still_allowed()
        except Exception as error:  # not knowing is no permission, whatever could not be asked
            logger.warning("a stream's rights are unknown, so it is closed: {}: {}", type(error).__name__, error)
            level = None
        if level != subscription.level:
            # Another level sees other events: the session comes back and is continued at the new one.
            subscription.close("access_lost")
