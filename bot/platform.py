"""The bot's ports on PostgreSQL: heartbeat, control version, the turn to register commands, the guilds' rules."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from uuid import UUID

from bot.intake import PublishCommand, RateRefusal
from bot.ports import Ports
from models import control, processes
from models.catalogue import Catalogue
from models.database import Database, fetch
from models.guild_rules import RulesInForce

__all__ = ["Platform"]

_REGISTRATION_LOCK = 0x67_62_63_6D_64  # "gbcmd": any number that no other advisory lock of the platform has
_FAREWELL_SECONDS = 1.0


class Platform:
    """What this process says of itself and reads there. Everything raises DatabaseUnavailable while that is down."""

    def __init__(self, database: Database, *, catalogue: Catalogue, process_id: UUID, shard_id: int) -> None:
        self._database = database
        self.rules = RulesInForce(catalogue)
        self._process_id = process_id
        self._shard_id = shard_id

    def ports(self, *, rate_refusal: RateRefusal, publish: PublishCommand | None = None) -> Ports:
        """All of it as `bot.service.run` takes it."""
        return Ports(
            publish=publish,
            registration_turn=self.registration_turn,
            beat=self.beat,
            control_version=self.control_version,
            rules=self.rules,
            rate_refusal=rate_refusal,
        )

    @asynccontextmanager
    async def registration_turn(self) -> AsyncIterator[bool]:
        """True for one process at a time; the lock ends with the transaction, and so with the process."""
        async with self._database.transaction() as connection:
            rows = await fetch(connection, "SELECT pg_try_advisory_xact_lock($1) AS mine", _REGISTRATION_LOCK)
            yield bool(rows[0]["mine"])

    async def beat(self, details: Mapping[str, Any]) -> None:
        """Write the heartbeat row."""
        await processes.heartbeat(
            self._database,
            id=self._process_id,
            kind="bot",
            host=socket.gethostname(),
            pid=os.getpid(),
            version=_version(),
            shard=self._shard_id,
            control_version=int(details.get("control_version", 0)),
            details=details,
        )

    async def farewell(self) -> None:
        """Take this process off the list of live ones, where it ever got on it. Raises TimeoutError after a second."""
        if self._database.connected:
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await processes.farewell(self._database, self._process_id)

    async def control_version(self) -> int:
        """The version that this process obeys, after reading what has changed since."""
        if await control.version(self._database) != self.rules.version:
            await self.rules.refresh(self._database)
        return self.rules.version


def _version() -> str:
    try:
        return version("guildbus")
    except PackageNotFoundError:
        return "unknown"
