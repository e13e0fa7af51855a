"""Warnings given to members: rows of the `warnings` table, written in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from models.database import Connection
from models.tables.moderation import WarningRow

__all__ = ["add", "count"]


async def add(
    connection: Connection,
    *,
    command_id: UUID,
    guild_id: int,
    member_id: int,
    moderator: str,
    reason: str,
    at: datetime,
) -> None:
    """One warning, once a command: its id is the command's. Raises tortoise's IntegrityError for a repeat."""
    await WarningRow.create(
        using_db=connection,
        id=command_id,
        guild_id=guild_id,
        member_id=member_id,
        moderator_id=moderator,
        reason=reason,
        at=at,
        command_id=command_id,
    )


async def count(connection: Connection, guild_id: int, member_id: int) -> int:
    """How many warnings a member has in a guild."""
    return await WarningRow.filter(guild_id=guild_id, member_id=member_id).using_db(connection).count()
