"""What is known of an API key, as a row of its table tells it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from bus.ids import Snowflake
from models.database import Record

__all__ = ["COLUMNS", "ApiKey", "hash_of", "key_from_row"]

COLUMNS = """id, name, prefix, kind, scopes, guild_ids, created_at, created_by, owner_id,
    expires_at, revoked_at, last_used_at"""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; `guild_ids` None means every guild. The secret itself is nowhere.

    With an owner it is a person's: it may what they may in a guild at that moment, as far as its scopes go. Without,
    it is the platform's own, and its scopes alone say what it may.
    """

    id: UUID
    name: str
    prefix: str
    kind: Literal["api", "script"]
    scopes: tuple[str, ...]
    guild_ids: tuple[Snowflake, ...] | None
    created_at: datetime
    created_by: str
    owner_id: Snowflake | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def allows(self, scope: str, guild_id: int | None) -> bool:
        """Whether the key has the scope, and may be used for this guild (None: for no guild in particular)."""
        if scope not in self.scopes:
            return False
        return self.guild_ids is None or (guild_id is not None and guild_id in self.guild_ids)


def hash_of(key: str) -> bytes:
    """What is kept of a key's text."""
    return hashlib.sha256(key.encode()).digest()


def key_from_row(row: Record) -> ApiKey:
    """An ApiKey from a row with COLUMNS."""
    values = {name: row[name] for name in ApiKey.__dataclass_fields__}
    guild_ids = None if row["guild_ids"] is None else tuple(Snowflake(guild_id) for guild_id in row["guild_ids"])
    owner_id = None if row["owner_id"] is None else Snowflake(row["owner_id"])
    return ApiKey(**(values | {"scopes": tuple(row["scopes"]), "guild_ids": guild_ids, "owner_id": owner_id}))
