"""Who runs the platform is said by its settings: a start with other settings is on record."""

from __future__ import annotations

import asyncio
import socket

from loguru import logger

from bus.envelopes import Actor
from models.audit_notes import Change
from models.operators import note_operators
from web.parts import Parts

__all__ = ["record_operators"]

_LOOK_AGAIN_SECONDS = 0.2
_TRY_AGAIN_SECONDS = 5.0


async def record_operators(parts: Parts) -> None:
    """Once the database is there; then it is done."""
    while True:
        if not parts.database.connected:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            continue
        change = Change(Actor("system", "OPERATORS"), "script", parts.clock.now())
        try:
            if await note_operators(parts.database, parts.settings.operators, change, socket.gethostname()):
                logger.info("the operators are others than before: it is on record")
            return
        except Exception as error:
            logger.warning("the operators could not be noted: {}", error)
            await asyncio.sleep(_TRY_AGAIN_SECONDS)
