"""What the platform knows of guilds, from the tables that the projection keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bus.ids import Snowflake
from models.database import Database
from models.tables.guilds import ChannelRow, GuildRow, RoleRow
from models.tables.settings import GuildSettingsRow

__all__ = ["GuildTables"]


class GuildTables:
    """`workers.ports.GuildReader` and `workers.gatekeeper.GuildPresence` on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def has_left(self, guild_id: Snowflake) -> bool:
        """Whether the bot was removed from it; False for a guild that is not known (yet)."""
        return await GuildRow.exists(id=guild_id, left_at__not_isnull=True, using_db=self._database.client)

    async def summary(self, guild_id: Snowflake) -> dict[str, Any] | None:
        """Name, owner, and how many members, roles and channels; None for a guild that is not known."""
        client = self._database.client
        guild = await GuildRow.get_or_none(id=guild_id, using_db=client)
        if guild is None:
            return None
        return {
            "name": guild.name,
            "owner_id": str(guild.owner_id),
            "member_count": guild.member_count,
            "roles": await RoleRow.filter(guild_id=guild_id).using_db(client).count(),
            "channels": await ChannelRow.filter(guild_id=guild_id).using_db(client).count(),
        }

    async def announcement_targets(self) -> Sequence[tuple[Snowflake, Snowflake]]:
        """(guild, channel) of every guild that the bot is in and that chose a channel for announcements."""
        client = self._database.client
        present = await GuildRow.filter(left_at=None).using_db(client).values_list("id", flat=True)
        chosen = await GuildSettingsRow.filter(guild_id__in=list(present)).using_db(client)
        return [
            (Snowflake(row.guild_id), Snowflake(row.data["announcement_channel"]))
            for row in chosen
            if row.data.get("announcement_channel")
        ]
