"""This process in the table of live ones, for the page that shows what runs."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from loguru import logger

from models import processes
from models.database import Database

__all__ = ["Presence"]

VERSION = "0.1.0"
_HEARTBEAT_SECONDS = 5.0


class Presence:
    """Writes a heartbeat every five seconds; `details` is what this process says about itself each time."""

    def __init__(self, database: Database, id: UUID, details: Callable[[], Mapping[str, Any]]) -> None:
        self._database = database
        self._id = id
        self._details = details

    async def run(self) -> None:
        while True:
            if self._database.connected:
                try:
                    await processes.heartbeat(
                        self._database,
                        id=self._id,
                        kind="web",
                        host=socket.gethostname(),
                        pid=os.getpid(),
                        version=VERSION,
                        details=self._details(),
                    )
                except Exception as error:
                    logger.warning("The heartbeat could not be written: {}", error)
            await asyncio.sleep(_HEARTBEAT_SECONDS)

    async def leave(self) -> None:
        """Off the list at once, on an orderly stop; else it is taken for dead after 15 s."""
        if not self._database.connected:
            return
        try:
            async with asyncio.timeout(1):
                await processes.farewell(self._database, self._id)
        except Exception as error:
            logger.debug("No farewell was written: {}", error)
