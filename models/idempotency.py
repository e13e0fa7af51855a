"""What a principal asked for under an Idempotency-Key, for what is not a command: once, in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from models.database import Connection, fetch
from models.errors import KeyReused

__all__ = ["RequestKey", "first_use"]

_TAKE = """WITH taken AS (
    INSERT INTO idempotency_keys (principal, guild_id, key, body_hash, command_id, created_at)
    VALUES ($1, $2, $3, $4, $5, clock_timestamp()) ON CONFLICT DO NOTHING RETURNING command_id
) SELECT command_id FROM taken"""
_LOOK = "SELECT body_hash, command_id FROM idempotency_keys WHERE principal = $1 AND guild_id = $2 AND key = $3"


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Who sent which key with what; `guild_id` 0 is for no guild."""

    principal: str
    guild_id: int
    key: str
    body_hash: bytes


async def first_use(connection: Connection, request: RequestKey, id: UUID) -> UUID | None:
    """None where the key is new: it stands for `id` from now on. Else the id that it stands for.

    Raises KeyReused for another body. Of two transactions at once, the second waits for the first.
    """
    place = (request.principal, request.guild_id, request.key)
    if await fetch(connection, _TAKE, *place, request.body_hash, id):
        return None
    [row] = await fetch(connection, _LOOK, *place)
    if row["body_hash"] != request.body_hash:
        raise KeyReused(request.key, row["command_id"])
    earlier: UUID = row["command_id"]
    return earlier
