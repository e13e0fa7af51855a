"""What the platform knows of guilds, from the tables that the projection keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bus.clock import Clock
from bus.ids import Snowflake
from models.checks import OWNER_RANK
from models.database import Database
from models.tables.guilds import ChannelRow, GuildRow, MemberRow, RoleRow
from models.tables.settings import GuildSettingsRow
from workers.ports import Ranks

__all__ = ["GuildTables"]

_LEFT_KEPT_SECONDS = 0.5

_RANKS = """
SELECT u.id, g.owner_id = u.id AS is_owner, COALESCE((
    SELECT max(r.position) FROM roles r WHERE r.guild_id = g.id AND r.id = ANY(m.roles)
), 0) AS rank
FROM guilds g CROSS JOIN unnest($2::bigint[]) AS u(id)
LEFT JOIN members m ON m.guild_id = g.id AND m.person_id = u.id
WHERE g.id = $1 AND (m.person_id IS NOT NULL OR g.owner_id = u.id)
"""


class GuildTables:
    """What handlers read, and what the gate asks about presence, channels and ranks, on PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._left: frozenset[int] = frozenset()
        self._left_read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def has_left(self, guild_id: Snowflake) -> bool:
        """Whether the bot was removed from it; False for a guild that is not known (yet).

        Every command asks, and guilds are left rarely: the list of them is read at most once in half a second.
        """
        if self._clock.monotonic() - self._left_read_at > _LEFT_KEPT_SECONDS:
            async with self._reading:
                if self._clock.monotonic() - self._left_read_at > _LEFT_KEPT_SECONDS:
                    rows = await self._database.fetch("SELECT id FROM guilds WHERE left_at IS NOT NULL")
                    self._left = frozenset(row["id"] for row in rows)
                    self._left_read_at = self._clock.monotonic()
        return guild_id in self._left

    async def guild_of_channels(self, channel_ids: Sequence[int]) -> dict[int, int]:
        """The guild of each channel that is known."""
        rows = ChannelRow.filter(id__in=list(channel_ids)).using_db(self._database.client)
        return {row.id: row.guild_id for row in await rows.only("id", "guild_id")}

    async def ranks(self, guild_id: Snowflake, user_ids: Sequence[int], role_ids: Sequence[int]) -> Ranks:
        """Positions as last told by the gateway; unknown members and roles are left out."""
        rows = await self._database.fetch(_RANKS, guild_id, list(user_ids))
        roles = RoleRow.filter(guild_id=guild_id, id__in=list(role_ids)).using_db(self._database.client)
        return Ranks(
            {row["id"]: OWNER_RANK if row["is_owner"] else row["rank"] for row in rows},
            {row.id: row.position for row in await roles},
        )

    async def roles_of(self, guild_id: Snowflake, user_id: int) -> frozenset[int] | None:
        """The roles of a member, as last told by the gateway; None for somebody who is not known."""
        row = await MemberRow.get_or_none(guild_id=guild_id, person_id=user_id, using_db=self._database.client)
        return None if row is None else frozenset(row.roles)

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
