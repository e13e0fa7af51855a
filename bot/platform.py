"""The bot's ports on PostgreSQL: heartbeat, control version, the turn to register commands, private guilds."""

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
from bus.ids import Snowflake
from models import control, processes
from models.database import Database, fetch

__all__ = ["Platform"]

_REGISTRATION_LOCK = 0x67_62_63_6D_64  # "gbcmd": any number that no other advisory lock of the platform has
_FAREWELL_SECONDS = 1.0
_PRIVATE_GUILDS = "SELECT guild_id FROM guild_settings WHERE data @> '{\"private_replies\": true}'::jsonb"


class Platform:
    """What this process says of itself and reads there. Everything raises DatabaseUnavailable while that is down."""

    def __init__(self, database: Database, *, process_id: UUID, shard_id: int) -> None:
        self._database = database
        self._process_id = process_id
        self._shard_id = shard_id
        self._control_version = -1
        self._private: frozenset[int] = frozenset()

    def ports(self, *, rate_refusal: RateRefusal, publish: PublishCommand | None = None) -> Ports:
        """All of it as `bot.service.run` takes it."""
        return Ports(
            publish=publish,
            registration_turn=self.registration_turn,
            beat=self.beat,
            control_version=self.control_version,
            private_in=self.private_in,
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
        """The present version; when it has risen, what depends on it is read first."""
        present = await control.version(self._database)
        if present != self._control_version:
            rows = await self._database.fetch(_PRIVATE_GUILDS)
            self._private = frozenset(int(row["guild_id"]) for row in rows)
            self._control_version = present
        return present

    def private_in(self, guild_id: Snowflake) -> bool:
        """Whether this guild wants its slash commands answered privately, as of the last control version."""
        return int(guild_id) in self._private


def _version() -> str:
    try:
        return version("guildbus")
    except PackageNotFoundError:
        return "unknown"
