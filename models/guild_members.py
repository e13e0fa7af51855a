"""Members and the persons behind them, by single events and by snapshots of many thousands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bus.envelopes import Event
from models import events as e
from models.database import Connection, fetch

__all__ = ["apply_join", "apply_leave", "apply_snapshot", "apply_update"]

# Sorted, so that two guilds that share many people never wait for each other's rows. Erased people stay erased.
_PERSONS = """WITH stored AS (
    INSERT INTO persons (id, username, display_name, avatar, bot, updated_at)
    SELECT *, $6::timestamptz FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bool[]) AS i(id)
    ORDER BY i.id
    ON CONFLICT (id) DO UPDATE SET username = excluded.username, display_name = excluded.display_name,
        avatar = excluded.avatar, bot = excluded.bot, updated_at = excluded.updated_at
    WHERE persons.erased_at IS NULL AND (persons.username, persons.display_name, persons.avatar, persons.bot)
        IS DISTINCT FROM (excluded.username, excluded.display_name, excluded.avatar, excluded.bot)
) SELECT 1"""

# Arrays of arrays must be rectangles in PostgreSQL: each member's roles travel as one text, "{1,2}".
_MEMBERS = """WITH stored AS (
    INSERT INTO members (guild_id, person_id, nick, roles, joined_at, timed_out_until, snapshot_id)
    SELECT $1, i.id, i.nick, i.roles::bigint[], i.joined_at, i.timed_out_until, $7
    FROM unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
        AS i(id, nick, roles, joined_at, timed_out_until)
    ORDER BY i.id
    ON CONFLICT (guild_id, person_id) DO UPDATE SET nick = excluded.nick, roles = excluded.roles,
        joined_at = COALESCE(excluded.joined_at, members.joined_at), timed_out_until = excluded.timed_out_until,
        snapshot_id = excluded.snapshot_id
    RETURNING (xmax = 0) AS is_new
) SELECT count(*) FILTER (WHERE is_new) AS new FROM stored"""

_NOT_SEEN = (
    "WITH gone AS (DELETE FROM members WHERE guild_id = $1 AND (snapshot_id IS NULL OR snapshot_id < $2)) SELECT 1"
)
_COUNTED = """WITH counted AS (
    UPDATE guilds SET member_count = (SELECT count(*) FROM members WHERE guild_id = $1), synced_at = $2 WHERE id = $1
) SELECT 1"""
_COUNT_BY = "WITH counted AS (UPDATE guilds SET member_count = GREATEST(member_count + $2, 0) WHERE id = $1) SELECT 1"
_GONE = "WITH gone AS (DELETE FROM members WHERE guild_id = $1 AND person_id = $2 RETURNING 1) SELECT * FROM gone"


async def apply_snapshot(connection: Connection, event: Event, data: e.MembersSnapshot) -> None:
    """Stores a part of the members; the last part removes those whom neither it nor a later event has named.

    `snapshot_id` is a UUIDv7 from when the snapshot was asked for: whoever joined since has a later id and stays.
    """
    await _store(connection, event, data.members, data.snapshot_id)
    if data.complete:
        # Ids of one millisecond are in no order, so its first id is where "since" begins.
        began = UUID(int=data.snapshot_id.int >> 80 << 80)
        await fetch(connection, _NOT_SEEN, event.guild_id, began)
        await fetch(connection, _COUNTED, event.guild_id, event.timestamp)


async def apply_join(connection: Connection, event: Event, data: e.MemberJoin) -> None:
    """Stores a member, and counts them where they are new."""
    new = await _store(connection, event, [data.member], event.id)
    await fetch(connection, _COUNT_BY, event.guild_id, new)


async def apply_update(connection: Connection, event: Event, data: e.MemberUpdate) -> None:
    """Stores a member as they are now; one that was not known yet (no members intent) is not counted again."""
    await _store(connection, event, [data.member], event.id)


async def apply_leave(connection: Connection, event: Event, data: e.MemberLeave) -> None:
    """Removes a member; the person stays, for the history that names them."""
    gone = await fetch(connection, _GONE, event.guild_id, data.member_id)
    await fetch(connection, _COUNT_BY, event.guild_id, -len(gone))


async def _store(connection: Connection, event: Event, members: Sequence[e.MemberData], seen_in: UUID) -> int:
    by_id = {member.id: member for member in members}
    unique = [by_id[id_] for id_ in sorted(by_id)]
    await _store_persons(connection, unique, event.timestamp)
    [row] = await fetch(
        connection,
        _MEMBERS,
        event.guild_id,
        [member.id for member in unique],
        [member.nick for member in unique],
        ["{" + ",".join(str(int(role)) for role in member.roles) + "}" for member in unique],
        [member.joined_at for member in unique],
        [member.timed_out_until for member in unique],
        seen_in,
    )
    return int(row["new"])


async def _store_persons(connection: Connection, members: Sequence[e.MemberData], at: datetime) -> None:
    await fetch(
        connection,
        _PERSONS,
        [member.id for member in members],
        [member.username for member in members],
        [member.display_name for member in members],
        [member.avatar for member in members],
        [member.bot for member in members],
        at,
    )
