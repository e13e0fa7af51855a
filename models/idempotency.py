"""What a principal asked for under an Idempotency-Key, for what is not a command: once, in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from models.database import Connection, fetch
from models.errors import KeyReused

__all__ = ["Earlier", "RequestKey", "earlier_use", "first_use", "keep_answer"]

_TAKE = """WITH taken AS (
    INSERT INTO idempotency_keys (principal, guild_id, key, body_hash, command_id, created_at)
    VALUES ($1, $2, $3, $4, $5, clock_timestamp()) ON CONFLICT DO NOTHING RETURNING command_id
) SELECT command_id FROM taken"""
_LOOK = "SELECT body_hash, command_id, answer FROM idempotency_keys WHERE principal = $1 AND guild_id = $2 AND key = $3"
_KEEP = """WITH kept AS (
    UPDATE idempotency_keys SET answer = $4 WHERE principal = $1 AND guild_id = $2 AND key = $3
) SELECT 1"""


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Who sent which key with what; `guild_id` 0 is for no guild."""

    principal: str
    guild_id: int
    key: str
    body_hash: bytes


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a key stands for: the id of what the request made, and what was kept of the answer, if anything."""

    id: UUID
    answer: str | None


async def first_use(connection: Connection, request: RequestKey, id: UUID) -> Earlier | None:
    """None where the key is new: it stands for `id` from now on. Else what it stands for.

    Raises KeyReused for another body. Of two transactions at once, the second waits for the first.
    """
    if await fetch(connection, _TAKE, request.principal, request.guild_id, request.key, request.body_hash, id):
        return None
    return await earlier_use(connection, request)


async def earlier_use(connection: Connection, request: RequestKey) -> Earlier | None:
    """What the key stands for; None where it is new. Raises KeyReused for another body."""
    rows = await fetch(connection, _LOOK, request.principal, request.guild_id, request.key)
    if not rows:
        return None
    if rows[0]["body_hash"] != request.body_hash:
        raise KeyReused(request.key, rows[0]["command_id"])
    return Earlier(rows[0]["command_id"], rows[0]["answer"])


async def keep_answer(connection: Connection, request: RequestKey, answer: str) -> None:
    """For as long as the key is kept; no secret belongs in it."""
    await fetch(connection, _KEEP, request.principal, request.guild_id, request.key, answer)
