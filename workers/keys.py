"""API keys at the moment of a claim: a key that was revoked since the command was accepted starts nothing."""

from __future__ import annotations

from uuid import UUID

from bus.clock import Clock
from bus.ids import Snowflake
from models import api_keys
from models.database import Database
from workers.authority import KeyGrant

__all__ = ["KeyTable"]


class KeyTable:
    """`workers.authority.KeyReader` on PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def allows(self, key_id: UUID, *, scope: str, guild_id: Snowflake | None) -> KeyGrant | None:
        key = await api_keys.find(self._database, key_id)
        if key is None or not key.allows(scope, guild_id):
            return None
        return KeyGrant(self._clock.now(), key.owner_id)
