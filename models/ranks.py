"""How high members and roles stand in a guild, by guild state: for many at once, by (guild id, own id)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.checks import OWNER_RANK
from models.database import Database

__all__ = ["Ranks", "ranks_of_members", "ranks_of_roles"]

_MEMBERS = """
SELECT g.id AS guild_id, i.id, g.owner_id = i.id AS is_owner, COALESCE((
    SELECT max(r.position) FROM roles r WHERE r.guild_id = g.id AND r.id = ANY(m.roles)
), 0) AS rank
FROM unnest($1::bigint[], $2::bigint[]) AS i(guild_id, id) JOIN guilds g ON g.id = i.guild_id
LEFT JOIN members m ON m.guild_id = g.id AND m.person_id = i.id
WHERE m.person_id IS NOT NULL OR g.owner_id = i.id
"""
_ROLES = """
SELECT r.guild_id, r.id, r.position AS rank, false AS is_owner
FROM unnest($1::bigint[], $2::bigint[]) AS i(guild_id, id) JOIN roles r ON r.guild_id = i.guild_id AND r.id = i.id
"""

_Asked = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Ranks:
    """Positions in a guild: of each member's highest role (the owner above all; who is no member is left out), and of
    each role."""

    members: Mapping[int, int]
    roles: Mapping[int, int]


async def ranks_of_members(database: Database, members: Sequence[_Asked]) -> dict[_Asked, int]:
    """The position of each one's highest role, as last told by the gateway; who is not known is left out."""
    return await _read(database, _MEMBERS, members)


async def ranks_of_roles(database: Database, roles: Sequence[_Asked]) -> dict[_Asked, int]:
    """The position of each role that is known."""
    return await _read(database, _ROLES, roles)


async def _read(database: Database, sql: str, asked: Sequence[_Asked]) -> dict[_Asked, int]:
    rows = await database.fetch(sql, [guild_id for guild_id, _ in asked], [id_ for _, id_ in asked])
    return {(row["guild_id"], row["id"]): OWNER_RANK if row["is_owner"] else row["rank"] for row in rows}
