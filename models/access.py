# ruff: noqa: S608 - the SQL is put together from constants of ours; every value is a parameter
"""Who may do what in which guild, from what the platform knows of Discord. Unknown is None, and unknown denies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bus.ids import Snowflake
from models.database import Database, Record
from models.permissions import EVERYTHING, Level, Permission, effective_permissions, level_of

__all__ = ["Access", "GuildAccess", "Known", "permissions_from_row"]

_READ_MESSAGE_HISTORY = 1 << 16
_LEFT_IN_TIMEOUT = int(Permission.VIEW_CHANNEL) | _READ_MESSAGE_HISTORY


@dataclass(frozen=True, slots=True)
class Known:
    """A member's guild-wide permission bits, and when guild state was last told something about this guild.

    `roles` are the member's, @everyone's (the guild's id) with them. `moderates` says that the guild made one of
    them a moderator's on the dashboard.
    """

    permissions: int
    at: datetime
    roles: frozenset[int] = frozenset()
    moderates: bool = False

    @property
    def level(self) -> Level:
        """What they may see of the guild."""
        return level_of(self.permissions, moderates=self.moderates)


@dataclass(frozen=True, slots=True)
class GuildAccess:
    """A guild that somebody may open on the dashboard, and what they may see there."""

    guild_id: Snowflake
    name: str
    icon: str | None
    permissions: int
    level: Level


_ROWS = """
SELECT g.id, a.person_id, g.name, g.icon, g.owner_id = a.person_id AS is_owner, m.person_id IS NOT NULL AS is_member,
    COALESCE(m.timed_out_until > now(), false) AS timed_out, GREATEST(g.updated_at, g.synced_at) AS at,
    COALESCE(m.roles, '{{}}') AS roles, COALESCE((
        SELECT s.data -> 'moderator_roles' ?| m.roles::text[] FROM guild_settings s WHERE s.guild_id = g.id
    ), false) AS moderates,
    COALESCE((SELECT r.permissions FROM roles r WHERE r.guild_id = g.id AND r.id = g.id), 0) AS everyone,
    COALESCE((SELECT bit_or(r.permissions) FROM roles r WHERE r.guild_id = g.id AND r.id = ANY(m.roles)), 0) AS held
FROM {asked} a JOIN guilds g ON g.id = a.guild_id AND g.left_at IS NULL
LEFT JOIN members m ON m.guild_id = g.id AND m.person_id = a.person_id
"""
_THESE = _ROWS.format(asked="(SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS i(guild_id, person_id))")
_ALL = (
    _ROWS.format(
        asked="""(
    SELECT guild_id, person_id FROM members WHERE person_id = $1
    UNION SELECT id, owner_id FROM guilds WHERE owner_id = $1
)"""
    )
    + "ORDER BY g.name, g.id"
)


class Access:
    """Permission answers from guild state."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def member_permissions(self, guild_id: int, user_id: int) -> Known | None:
        """A member's bits, or None: no member that we know of, or a guild that the bot is not in."""
        return (await self.permissions_of([(guild_id, user_id)])).get((guild_id, user_id))

    async def permissions_of(self, members: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Known]:
        """The bits of each (guild, member), in one statement; who is not known is left out."""
        rows = await self._database.fetch(_THESE, [guild for guild, _ in members], [member for _, member in members])
        return {
            (row["id"], row["person_id"]): Known(
                permissions_from_row(row), row["at"], frozenset((row["id"], *row["roles"])), row["moderates"]
            )
            for row in rows
            if row["is_member"] or row["is_owner"]
        }

    async def level(self, guild_id: int, user_id: int) -> Level | None:
        """What somebody may see of a guild, or None where they are no member."""
        known = await self.member_permissions(guild_id, user_id)
        return None if known is None else known.level

    async def guilds_of(self, user_id: int) -> list[GuildAccess]:
        """The guilds that somebody shares with the bot, by name."""
        found = []
        for row in await self._database.fetch(_ALL, user_id):
            bits = permissions_from_row(row)
            level = level_of(bits, moderates=row["moderates"])
            found.append(GuildAccess(Snowflake(row["id"]), row["name"], row["icon"], bits, level))
        return found


def permissions_from_row(row: Record) -> int:
    """The bits from ownership, roles and timeout. Somebody timed out may only look, unless they administer."""
    bits = effective_permissions(is_owner=bool(row["is_owner"]), everyone=row["everyone"], roles=[row["held"]])
    return bits & _LEFT_IN_TIMEOUT if row["timed_out"] and bits != EVERYTHING else bits
