"""API keys at the moment of a claim: a key that was revoked since the command was accepted starts nothing."""

from __future__ import annotations

from uuid import UUID

from bus.clock import Clock
from bus.ids import Snowflake
from models import api_keys
from models.database import Database
from workers.authority import KeyGrant
from workers.together import Together

__all__ = ["KeyTable"]


class KeyTable:
    """`workers.authority.KeyReader` on PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._keys = Together(lambda key_ids: api_keys.find_these(database, key_ids))

    async def allows(self, key_id: UUID, *, scope: str, guild_id: Snowflake | None) -> KeyGrant | None:
        key = (await self._keys.ask([key_id])).get(key_id)
        if key is None or not key.allows(scope, guild_id):
            return None
        return KeyGrant(self._clock.now(), key.owner_id)
