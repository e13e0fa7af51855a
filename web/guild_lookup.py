"""What pages and API show of a guild, from guild state: never asked of Discord while somebody waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bus.ids import Snowflake
from models.database import Database
from models.tables.guilds import ChannelRow, GuildRow, PersonRow, RoleRow

__all__ = [
    "GuildSummary",
    "channels_of",
    "find_members",
    "guild_summaries",
    "guild_summary",
    "name_known_in",
    "names_in",
    "names_of",
    "roles_of",
]

_MEMBERS = """
SELECT m.person_id AS id, p.username, p.display_name, p.avatar, p.bot, m.nick
FROM members m JOIN persons p ON p.id = m.person_id
WHERE m.guild_id = $1 AND (
    $2 = '' OR p.username ILIKE $3 OR p.display_name ILIKE $3 OR m.nick ILIKE $3 OR m.person_id::text = $2
)
ORDER BY lower(coalesce(nullif(m.nick, ''), nullif(p.display_name, ''), p.username)), m.person_id
LIMIT $4
"""

# Whom only an attempt named is not known: else naming an id of another guild would be a way to ask for its name.
_KNOWN = """
SELECT coalesce(nullif(p.display_name, ''), p.username) AS name
FROM persons p
WHERE p.id = $2 AND p.erased_at IS NULL AND (
    EXISTS (SELECT 1 FROM members m WHERE m.guild_id = $1 AND m.person_id = $2)
    OR EXISTS (SELECT 1 FROM commands c WHERE c.guild_id = $1 AND c.actor_id = $3 AND c.actor_kind = 'user')
    OR EXISTS (
        SELECT 1 FROM commands c
        WHERE c.guild_id = $1 AND c.state = 'succeeded' AND NOT c.dry_run AND c.subject IN (
            SELECT 'member:' || $3
            UNION ALL SELECT 'member:' || $3 || ':timeout'
            UNION ALL SELECT 'member:' || $3 || ':role:' || r.id FROM roles r WHERE r.guild_id = $1
        )
    )
)
"""


@dataclass(frozen=True, slots=True)
class GuildSummary:
    """A guild that the bot is in; `available` is False while Discord has trouble with it."""

    id: Snowflake
    name: str
    icon: str | None
    member_count: int
    available: bool
    locale: str


async def guild_summary(database: Database, guild_id: Snowflake) -> GuildSummary | None:
    """None for a guild that the bot is not, or no longer, in."""
    row = await GuildRow.get_or_none(id=guild_id, left_at=None, using_db=database.client)
    return None if row is None else _summary(row)


async def guild_summaries(database: Database, guild_ids: list[Snowflake] | None) -> list[GuildSummary]:
    """Those of the guilds that the bot is in, by name; None asks for all."""
    rows = GuildRow.filter(left_at=None).using_db(database.client).order_by("name", "id")
    if guild_ids is not None:
        rows = rows.filter(id__in=[int(guild_id) for guild_id in guild_ids])
    return [_summary(row) for row in await rows.limit(1000)]


async def roles_of(database: Database, guild_id: Snowflake) -> list[dict[str, Any]]:
    """Roles from the highest down, without @everyone (whose id is the guild's)."""
    rows = RoleRow.filter(guild_id=guild_id).using_db(database.client).order_by("-position", "id")
    return [
        {"id": str(int(row.id)), "name": row.name, "color": row.color, "managed": row.managed}
        for row in await rows
        if row.id != guild_id
    ]


async def channels_of(database: Database, guild_id: Snowflake) -> list[dict[str, Any]]:
    """Channels in Discord's order, with their kind's number and the category's id."""
    rows = ChannelRow.filter(guild_id=guild_id).using_db(database.client).order_by("position", "id")
    return [
        {
            "id": str(int(row.id)),
            "name": row.name,
            "kind": row.kind,
            "parent_id": None if row.parent_id is None else str(int(row.parent_id)),
        }
        for row in await rows
    ]


async def find_members(database: Database, guild_id: Snowflake, search: str, limit: int) -> list[dict[str, Any]]:
    """Members whose name, display name or nickname holds the text, or whose id it is, by name."""
    wanted = search.strip()[:100]
    pattern = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = await database.fetch(_MEMBERS, int(guild_id), wanted, pattern, limit)
    return [
        {
            "id": str(row["id"]),
            "username": row["username"],
            "name": row["nick"] or row["display_name"] or row["username"],
            "avatar": row["avatar"],
            "bot": row["bot"],
        }
        for row in rows
    ]


async def names_of(database: Database, person_ids: set[int]) -> dict[str, str]:
    """Display names by id in decimal; who was erased or never seen is not in it."""
    if not person_ids:
        return {}
    rows = PersonRow.filter(id__in=list(person_ids), erased_at=None).using_db(database.client)
    return {str(int(row.id)): row.display_name or row.username for row in await rows}


async def name_known_in(database: Database, guild_id: Snowflake, person_id: Snowflake) -> str | None:
    """The name of who is a member, was when they acted, or was acted upon in this guild; None for anybody else."""
    rows = await database.fetch(_KNOWN, int(guild_id), int(person_id), str(int(person_id)))
    return str(rows[0]["name"]) if rows else None


async def names_in(database: Database, guild_id: Snowflake, person_ids: set[int]) -> dict[str, str]:
    """As `names_of`, with the guild's roles: ids are unique across both."""
    roles = {role["id"]: role["name"] for role in await roles_of(database, guild_id)}
    return roles | await names_of(database, person_ids)


def _summary(row: GuildRow) -> GuildSummary:
    return GuildSummary(
        id=Snowflake(int(row.id)),
        name=row.name or f"Server {row.id}",
        icon=row.icon,
        member_count=row.member_count,
        available=row.available,
        locale=row.locale,
    )
