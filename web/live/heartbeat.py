"""A comment to every open stream now and then: nothing on the way takes a quiet one for dead."""

from __future__ import annotations

import asyncio

from web.live.encoding import HEARTBEAT
from web.live.hub import Hub

__all__ = ["keep_alive"]

_AT_ONCE = 100


async def keep_alive(hub: Hub, every_seconds: float) -> None:
    """Until cancelled. One timer for all streams: sse-starlette's own is a task for each, 4 KB of it."""
    while True:
        await asyncio.sleep(every_seconds)
        for number, subscription in enumerate(hub):
            subscription.push(HEARTBEAT)
            if number % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)  # events go between
