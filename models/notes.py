"""Notes on members, for moderators: rows of the `notes` table, written in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from models.database import Connection, fetch

__all__ = ["add"]


_ADD = """
WITH added AS (
    INSERT INTO notes (id, guild_id, member_id, moderator_id, text, at, command_id)
    VALUES ($1::uuid, $2, $3, $4, $5, $6, $1::uuid) RETURNING 1
) SELECT count(*) AS before FROM notes WHERE guild_id = $2 AND member_id = $3
"""


async def add(
    connection: Connection,
    *,
    command_id: UUID,
    guild_id: int,
    member_id: int,
    moderator: str,
    text: str,
    at: datetime,
) -> int:
    """One note, once a command: its id is the command's. Returns how many the member had before.

    Raises tortoise's IntegrityError for a repeat.
    """
    [row] = await fetch(connection, _ADD, command_id, guild_id, member_id, moderator, text, at)
    return int(row["before"])
