"""What pages and API show of a guild, from guild state: never asked of Discord while somebody waits."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from bus.ids import Snowflake
from models.database import Database
from models.paging import Page, decode_key, encode_key
from models.tables.guilds import ChannelRow, GuildRow, PersonRow, RoleRow

__all__ = [
    "Channel",
    "GuildSummary",
    "Member",
    "Role",
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
SELECT * FROM (
    SELECT m.person_id AS id, p.username, coalesce(nullif(m.nick, ''), nullif(p.display_name, ''), p.username) AS name,
        p.avatar, p.bot
    FROM members m JOIN persons p ON p.id = m.person_id
    WHERE m.guild_id = $1 AND (
        $2 = '' OR p.username ILIKE $3 OR p.display_name ILIKE $3 OR m.nick ILIKE $3 OR m.person_id::text = $2
    )
) found
WHERE $5::text IS NULL OR (lower(name), id) > ($5::text, $6::bigint)
ORDER BY lower(name), id
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


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A role; `managed` ones belong to an integration and cannot be given."""

    id: Snowflake
    name: str
    color: int
    position: int
    managed: bool


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel; `kind` is Discord's channel type, `parent_id` its category."""

    id: Snowflake
    name: str
    kind: int
    position: int
    parent_id: Snowflake | None


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member; `name` is what the server shows."""

    id: Snowflake
    username: str
    name: str
    avatar: str | None
    bot: bool


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


async def roles_of(database: Database, guild_id: Snowflake) -> list[Role]:
    """Roles from the highest down, without @everyone (whose id is the guild's)."""
    rows = RoleRow.filter(guild_id=guild_id).using_db(database.client).order_by("-position", "id")
    return [
        Role(id=Snowflake(int(row.id)), name=row.name, color=row.color, position=row.position, managed=row.managed)
        for row in await rows
        if row.id != guild_id
    ]


async def channels_of(database: Database, guild_id: Snowflake) -> list[Channel]:
    """Channels in Discord's order."""
    rows = ChannelRow.filter(guild_id=guild_id).using_db(database.client).order_by("position", "id")
    return [
        Channel(
            id=Snowflake(int(row.id)),
            name=row.name,
            kind=row.kind,
            position=row.position,
            parent_id=None if row.parent_id is None else Snowflake(int(row.parent_id)),
        )
        for row in await rows
    ]


async def find_members(
    database: Database, guild_id: Snowflake, search: str, *, cursor: str | None = None, limit: int
) -> Page[Member]:
    """Members whose name, display name or nickname holds the text, or whose id it is, by name.

    Raises InvalidMessage for a bad cursor.
    """
    wanted = search.strip()[:100]
    pattern = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    after = (None, None) if cursor is None else decode_key(cursor, (str, int))
    rows = await database.fetch(_MEMBERS, int(guild_id), wanted, pattern, limit + 1, *after)
    members = [
        Member(
            id=Snowflake(row["id"]), username=row["username"], name=row["name"], avatar=row["avatar"], bot=row["bot"]
        )
        for row in rows[:limit]
    ]
    last = None if len(rows) <= limit else encode_key((members[-1].name.lower(), int(members[-1].id)))
    return Page(members, last)


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
    roles = {str(int(role.id)): role.name for role in await roles_of(database, guild_id)}
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
