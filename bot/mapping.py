"""Raw gateway payloads become the platform's event data. Pure; shapes from Discord's reference, "Gateway Events"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.known import Known
from bus.ids import Snowflake
from models.events import (
    ChannelCreate,
    ChannelData,
    ChannelDelete,
    ChannelUpdate,
    EventData,
    GuildLeave,
    GuildSnapshot,
    GuildUnavailable,
    GuildUpdate,
    MemberBan,
    MemberData,
    MemberJoin,
    MemberLeave,
    MemberUnban,
    MemberUpdate,
    RoleCreate,
    RoleData,
    RoleDelete,
    RoleUpdate,
)

__all__ = ["Raw", "channel_data", "guild_of", "map_dispatch", "member_data", "role_data"]

Raw = Mapping[str, Any]


def guild_of(event: str, data: Raw) -> str | None:
    """The id of the guild that a dispatch is about."""
    if event in ("GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"):
        return str(data["id"])
    guild_id = data.get("guild_id")
    return None if guild_id is None else str(guild_id)


def map_dispatch(event: str, data: Raw, known: Known) -> EventData | None:
    """The event data of one dispatch, or None for what the platform does not report. Updates `known`."""
    mapper = _MAPPERS.get(event)
    guild_id = guild_of(event, data)
    return None if mapper is None or guild_id is None else mapper(guild_id, data, known)


def role_data(raw: Raw) -> RoleData:
    """https://discord.com/developers/docs/topics/permissions#role-object"""
    return RoleData(
        id=Snowflake(raw["id"]),
        name=raw["name"],
        color=raw.get("color") or 0,
        position=raw.get("position") or 0,
        permissions=str(raw.get("permissions", "0")),
        managed=bool(raw.get("managed")),
    )


def channel_data(raw: Raw) -> ChannelData:
    """https://discord.com/developers/docs/resources/channel#channel-object"""
    parent = raw.get("parent_id")
    return ChannelData(
        id=Snowflake(raw["id"]),
        name=raw.get("name") or "",
        kind=raw["type"],
        position=raw.get("position") or 0,
        parent_id=None if parent is None else Snowflake(parent),
        topic=raw.get("topic"),
    )


def member_data(raw: Raw) -> MemberData:
    """https://discord.com/developers/docs/resources/guild#guild-member-object"""
    user = raw["user"]
    return MemberData(
        id=Snowflake(user["id"]),
        username=user["username"],
        display_name=user.get("global_name") or user["username"],
        avatar=user.get("avatar"),
        bot=bool(user.get("bot")),
        nick=raw.get("nick"),
        roles=[Snowflake(role) for role in raw.get("roles", ())],
        joined_at=_moment(raw.get("joined_at")),
        timed_out_until=_moment(raw.get("communication_disabled_until")),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _guild_create(guild_id: str, raw: Raw, known: Known) -> EventData | None:
    if raw.get("unavailable"):
        return None
    roles = [role_data(role) for role in raw.get("roles", ())]
    channels = [channel_data(channel) for channel in raw.get("channels", ())]
    known.roles[guild_id] = {str(int(role.id)): role for role in roles}
    known.channels[guild_id] = {str(int(channel.id)): channel for channel in channels}
    return GuildSnapshot(
        name=raw["name"],
        icon=raw.get("icon"),
        owner_id=Snowflake(raw["owner_id"]),
        locale=raw.get("preferred_locale") or "en-US",
        member_count=raw.get("member_count") or 0,
        roles=roles,
        channels=channels,
    )


def _guild_update(guild_id: str, raw: Raw, known: Known) -> EventData:
    del guild_id, known
    return GuildUpdate(
        name=raw["name"],
        icon=raw.get("icon"),
        owner_id=Snowflake(raw["owner_id"]),
        locale=raw.get("preferred_locale") or "en-US",
    )


def _guild_delete(guild_id: str, raw: Raw, known: Known) -> EventData:
    if raw.get("unavailable"):
        return GuildUnavailable()
    known.forget(guild_id)
    return GuildLeave()


def _role_create(guild_id: str, raw: Raw, known: Known) -> EventData:
    role = role_data(raw["role"])
    known.swap_role(guild_id, raw["role"]["id"], role)
    return RoleCreate(role=role)


def _role_update(guild_id: str, raw: Raw, known: Known) -> EventData:
    role = role_data(raw["role"])
    return RoleUpdate(role=role, before=known.swap_role(guild_id, raw["role"]["id"], role))


def _role_delete(guild_id: str, raw: Raw, known: Known) -> EventData:
    before = known.swap_role(guild_id, raw["role_id"], None)
    return RoleDelete(role_id=Snowflake(raw["role_id"]), name=None if before is None else before.name)


def _channel_create(guild_id: str, raw: Raw, known: Known) -> EventData:
    channel = channel_data(raw)
    known.swap_channel(guild_id, raw["id"], channel)
    return ChannelCreate(channel=channel)


def _channel_update(guild_id: str, raw: Raw, known: Known) -> EventData:
    channel = channel_data(raw)
    return ChannelUpdate(channel=channel, before=known.swap_channel(guild_id, raw["id"], channel))


def _channel_delete(guild_id: str, raw: Raw, known: Known) -> EventData:
    known.swap_channel(guild_id, raw["id"], None)
    return ChannelDelete(channel_id=Snowflake(raw["id"]), name=raw.get("name"))


def _member_join(guild_id: str, raw: Raw, known: Known) -> EventData:
    del guild_id, known
    return MemberJoin(member=member_data(raw))


def _member_update(guild_id: str, raw: Raw, known: Known) -> EventData:
    del guild_id, known
    return MemberUpdate(member=member_data(raw))


def _member_leave(guild_id: str, raw: Raw, known: Known) -> EventData:
    del guild_id, known
    return MemberLeave(member_id=Snowflake(raw["user"]["id"]), username=raw["user"].get("username", ""))


def _member_ban(guild_id: str, raw: Raw, known: Known) -> EventData:
    del guild_id, known
    return MemberBan(member_id=Snowflake(raw["user"]["id"]), username=raw["user"].get("username", ""))


def _member_unban(guild_id: str, raw: Raw, known: Known) -> EventData:
    del guild_id, known
    return MemberUnban(member_id=Snowflake(raw["user"]["id"]), username=raw["user"].get("username", ""))


_MAPPERS: Mapping[str, Callable[[str, Raw, Known], EventData | None]] = {
    "GUILD_CREATE": _guild_create,
    "GUILD_UPDATE": _guild_update,
    "GUILD_DELETE": _guild_delete,
    "GUILD_ROLE_CREATE": _role_create,
    "GUILD_ROLE_UPDATE": _role_update,
    "GUILD_ROLE_DELETE": _role_delete,
    "CHANNEL_CREATE": _channel_create,
    "CHANNEL_UPDATE": _channel_update,
    "CHANNEL_DELETE": _channel_delete,
    "GUILD_MEMBER_ADD": _member_join,
    "GUILD_MEMBER_UPDATE": _member_update,
    "GUILD_MEMBER_REMOVE": _member_leave,
    "GUILD_BAN_ADD": _member_ban,
    "GUILD_BAN_REMOVE": _member_unban,
}
