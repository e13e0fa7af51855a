"""Notes on members, for moderators: rows of the `notes` table, written in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from models.database import Connection
from models.tables.moderation import NoteRow

__all__ = ["add", "count"]


async def add(
    connection: Connection,
    *,
    command_id: UUID,
    guild_id: int,
    member_id: int,
    moderator: str,
    text: str,
    at: datetime,
) -> None:
    """One note, once a command: its id is the command's. Raises tortoise's IntegrityError for a repeat."""
    await NoteRow.create(
        using_db=connection,
        id=command_id,
        guild_id=guild_id,
        member_id=member_id,
        moderator_id=moderator,
        text=text,
        at=at,
        command_id=command_id,
    )


async def count(connection: Connection, guild_id: int, member_id: int) -> int:
    """How many notes there are on a member in a guild."""
    return await NoteRow.filter(guild_id=guild_id, member_id=member_id).using_db(connection).count()
