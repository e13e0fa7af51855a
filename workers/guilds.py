"""What the platform knows of guilds, from the tables that the projection keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from bus.clock import Clock
from bus.ids import Snowflake
from models.access import Access, Known
from models.database import Database
from models.ranks import ranks_of_members, ranks_of_roles
from models.tables.guilds import ChannelRow, GuildRow, RoleRow
from models.tables.settings import GuildSettingsRow
from workers.together import Together

__all__ = ["GuildTables"]

_LEFT_KEPT_SECONDS = 0.5

_CHANNELS = "SELECT id, guild_id FROM channels WHERE id = ANY($1::bigint[])"


class GuildTables:
    """What handlers read, and what the gate asks about presence, rights, channels and ranks, on PostgreSQL.

    What the gate asks for several commands at the same time is one statement for all of them.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._left: frozenset[int] = frozenset()
        self._left_read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._permissions = Together(Access(database).permissions_of)
        self._channels = Together(self._read_channels)
        self._member_ranks = Together(partial(ranks_of_members, database))
        self._role_ranks = Together(partial(ranks_of_roles, database))

    async def left(self) -> frozenset[int]:
        """The guilds that the bot was removed from.

        Every command asks, and guilds are left rarely: the list of them is read at most once in half a second.
        """
        if self._clock.monotonic() - self._left_read_at > _LEFT_KEPT_SECONDS:
            async with self._reading:
                if self._clock.monotonic() - self._left_read_at > _LEFT_KEPT_SECONDS:
                    rows = await self._database.fetch("SELECT id FROM guilds WHERE left_at IS NOT NULL")
                    self._left = frozenset(row["id"] for row in rows)
                    self._left_read_at = self._clock.monotonic()
        return self._left

    async def member_permissions(self, guild_id: Snowflake, user_id: Snowflake) -> Known | None:
        """As last told by the gateway; None for who is not known."""
        return (await self._permissions.ask([(guild_id, user_id)])).get((guild_id, user_id))

    async def guild_of_channels(self, channel_ids: Sequence[int]) -> dict[int, int]:
        """The guild of each channel that is known."""
        return await self._channels.ask(channel_ids)

    async def member_ranks(self, members: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
        """The position of each (guild, member)'s highest role, as last told by the gateway."""
        return await self._member_ranks.ask(members)

    async def role_ranks(self, roles: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
        """The position of each (guild, role) that is known."""
        return await self._role_ranks.ask(roles)

    async def _read_channels(self, channel_ids: Sequence[int]) -> dict[int, int]:
        return {row["id"]: row["guild_id"] for row in await self._database.fetch(_CHANNELS, channel_ids)}

    async def roles_of(self, guild_id: Snowflake, user_id: int) -> frozenset[int] | None:
        """The roles of a member, as last told by the gateway; None for somebody who is not known."""
        known = await self.member_permissions(guild_id, Snowflake(user_id))
        return None if known is None else known.roles

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
