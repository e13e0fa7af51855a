"""What the platform knows of Discord, kept up to date by guild events. Applying an event again changes nothing.

Events of one guild must be applied in order (the stream is read by one reader), in the transaction that stores the
reader's offset.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bus import codec
from bus.envelopes import Event
from models import events as e
from models.database import Connection, fetch
from models.guild_members import apply_join, apply_leave, apply_snapshot, apply_update

__all__ = ["apply_event"]

_GUILD = """WITH stored AS (
    INSERT INTO guilds (id, name, icon, owner_id, locale, member_count, available, left_at, updated_at, synced_at)
    VALUES ($1, $2, $3, $4, $5, COALESCE($6, 0), true, NULL, $7, $8)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, icon = excluded.icon, owner_id = excluded.owner_id,
        locale = excluded.locale, member_count = COALESCE($6, guilds.member_count), available = true, left_at = NULL,
        updated_at = excluded.updated_at, synced_at = COALESCE(excluded.synced_at, guilds.synced_at)
) SELECT 1"""

_ROLES = """WITH stored AS (
    INSERT INTO roles (guild_id, id, name, color, position, permissions, managed)
    SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::int[], $5::int[], $6::bigint[], $7::bool[])
    ON CONFLICT (guild_id, id) DO UPDATE SET name = excluded.name, color = excluded.color,
        position = excluded.position, permissions = excluded.permissions, managed = excluded.managed
) SELECT 1"""

_CHANNELS = """WITH stored AS (
    INSERT INTO channels (guild_id, id, name, kind, position, parent_id, topic)
    SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::int[], $5::int[], $6::bigint[], $7::text[])
    ON CONFLICT (guild_id, id) DO UPDATE SET name = excluded.name, kind = excluded.kind,
        position = excluded.position, parent_id = excluded.parent_id, topic = excluded.topic
) SELECT 1"""

_ROLES_GONE = "WITH gone AS (DELETE FROM roles WHERE guild_id = $1 AND NOT id = ANY($2::bigint[])) SELECT 1"
_CHANNELS_GONE = "WITH gone AS (DELETE FROM channels WHERE guild_id = $1 AND NOT id = ANY($2::bigint[])) SELECT 1"
_ROLE_GONE = "WITH gone AS (DELETE FROM roles WHERE guild_id = $1 AND id = $2) SELECT 1"
_CHANNEL_GONE = "WITH gone AS (DELETE FROM channels WHERE guild_id = $1 AND id = $2) SELECT 1"
_UNAVAILABLE = "WITH noted AS (UPDATE guilds SET available = false, updated_at = $2 WHERE id = $1) SELECT 1"
_LEFT = "WITH noted AS (UPDATE guilds SET left_at = $2, updated_at = $2 WHERE id = $1) SELECT 1"
_TOUCHED = "WITH noted AS (UPDATE guilds SET updated_at = $2 WHERE id = $1 AND updated_at < $2) SELECT 1"


async def apply_event(connection: Connection, event: Event) -> bool:
    """Applies one event in the caller's transaction; False for a kind that says nothing about a guild's state.

    Raises InvalidMessage for data that does not fit its type.
    """
    apply = _BY_TYPE.get(event.type)
    if apply is None or event.guild_id is None:
        return False
    await apply(connection, event, codec.convert(event.data, e.EVENT_TYPES[event.type]))
    await fetch(connection, _TOUCHED, event.guild_id, event.timestamp)
    return True


async def _snapshot(connection: Connection, event: Event, data: e.GuildSnapshot) -> None:
    guild = (event.guild_id, data.name, data.icon, data.owner_id, data.locale, data.member_count)
    await fetch(connection, _GUILD, *guild, event.timestamp, event.timestamp)
    await _store_roles(connection, event, data.roles)
    await fetch(connection, _ROLES_GONE, event.guild_id, [role.id for role in data.roles])
    await _store_channels(connection, event, data.channels)
    await fetch(connection, _CHANNELS_GONE, event.guild_id, [channel.id for channel in data.channels])


async def _guild_update(connection: Connection, event: Event, data: e.GuildUpdate) -> None:
    guild = (event.guild_id, data.name, data.icon, data.owner_id, data.locale, None)
    await fetch(connection, _GUILD, *guild, event.timestamp, None)


async def _role_stored(connection: Connection, event: Event, data: e.RoleCreate | e.RoleUpdate) -> None:
    await _store_roles(connection, event, [data.role])


async def _role_gone(connection: Connection, event: Event, data: e.RoleDelete) -> None:
    await fetch(connection, _ROLE_GONE, event.guild_id, data.role_id)


async def _channel_stored(connection: Connection, event: Event, data: e.ChannelCreate | e.ChannelUpdate) -> None:
    await _store_channels(connection, event, [data.channel])


async def _channel_gone(connection: Connection, event: Event, data: e.ChannelDelete) -> None:
    await fetch(connection, _CHANNEL_GONE, event.guild_id, data.channel_id)


async def _unavailable(connection: Connection, event: Event, data: e.GuildUnavailable) -> None:
    await fetch(connection, _UNAVAILABLE, event.guild_id, event.timestamp)


async def _left(connection: Connection, event: Event, data: e.GuildLeave) -> None:
    await fetch(connection, _LEFT, event.guild_id, event.timestamp)


async def _store_roles(connection: Connection, event: Event, roles: Sequence[e.RoleData]) -> None:
    await fetch(
        connection,
        _ROLES,
        event.guild_id,
        [role.id for role in roles],
        [role.name for role in roles],
        [role.color for role in roles],
        [role.position for role in roles],
        [int(role.permissions) for role in roles],
        [role.managed for role in roles],
    )


async def _store_channels(connection: Connection, event: Event, channels: Sequence[e.ChannelData]) -> None:
    await fetch(
        connection,
        _CHANNELS,
        event.guild_id,
        [channel.id for channel in channels],
        [channel.name for channel in channels],
        [channel.kind for channel in channels],
        [channel.position for channel in channels],
        [channel.parent_id for channel in channels],
        [channel.topic for channel in channels],
    )


_BY_TYPE: Mapping[str, Callable[[Connection, Event, Any], Awaitable[None]]] = MappingProxyType(
    {
        e.GuildSnapshot.type: _snapshot,
        e.GuildUpdate.type: _guild_update,
        e.GuildUnavailable.type: _unavailable,
        e.GuildLeave.type: _left,
        e.RoleCreate.type: _role_stored,
        e.RoleUpdate.type: _role_stored,
        e.RoleDelete.type: _role_gone,
        e.ChannelCreate.type: _channel_stored,
        e.ChannelUpdate.type: _channel_stored,
        e.ChannelDelete.type: _channel_gone,
        e.MembersSnapshot.type: apply_snapshot,
        e.MemberJoin.type: apply_join,
        e.MemberUpdate.type: apply_update,
        e.MemberLeave.type: apply_leave,
    }
)
