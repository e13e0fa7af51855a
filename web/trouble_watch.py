"""Tells every open page at once when something goes wrong with the platform, and when it is mended."""

from __future__ import annotations

import asyncio

from loguru import logger

from web.live.encoding import named_event
from web.pages.troubles import PlatformState, state_of_platform
from web.parts import Parts

__all__ = ["watch_troubles"]

_LOOK_SECONDS = 1.0
_FRAME = named_event("trouble", b"{}")


async def watch_troubles(parts: Parts) -> None:
    """Until cancelled. A page that hears `trouble` asks for what is wrong: the words are not in the stream."""
    known: PlatformState | None = None
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if not len(parts.hub) or not parts.database.connected:
            continue
        try:
            now = await state_of_platform(parts)
        except Exception as error:  # pages ask by themselves as well, only later
            logger.warning("whether something is wrong is not known: {}: {}", type(error).__name__, error)
            continue
        if known is not None and now != known:
            parts.hub.tell_everybody(_FRAME)
        known = now
