"""Event types: one typed declaration each, and who may see an event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from bus import codec
from bus.envelopes import Audience, Event, Source
from bus.ids import Snowflake
from models.outcome import CommandState
from models.permissions import LEVELS, Level

__all__ = ["EVENT_TYPES", "CommandChanged", "EventData", "make_event", "may_see"]


class EventData(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all event data. `feed` is False for events that only projections read."""

    type: ClassVar[str]
    audience: ClassVar[Audience] = "viewer"
    feed: ClassVar[bool] = True


class RoleData(msgspec.Struct, frozen=True, kw_only=True):
    """A role as Discord describes it; `permissions` is the bit set in decimal."""

    id: Snowflake
    name: str
    color: int = 0
    position: int = 0
    permissions: str = "0"
    managed: bool = False


class ChannelData(msgspec.Struct, frozen=True, kw_only=True):
    """A channel; `kind` is Discord's channel type number."""

    id: Snowflake
    name: str
    kind: int
    position: int = 0
    parent_id: Snowflake | None = None
    topic: str | None = None


class MemberData(msgspec.Struct, frozen=True, kw_only=True):
    """A member and the person behind it."""

    id: Snowflake
    username: str
    display_name: str = ""
    avatar: str | None = None
    bot: bool = False
    nick: str | None = None
    roles: list[Snowflake] = []
    joined_at: datetime | None = None
    timed_out_until: datetime | None = None


class RoleCreate(EventData, frozen=True, kw_only=True):
    """A role was made."""

    type: ClassVar = "role.create"
    role: RoleData


class RoleUpdate(EventData, frozen=True, kw_only=True):
    """A role was changed; `before` is what the bot knew of it."""

    type: ClassVar = "role.update"
    role: RoleData
    before: RoleData | None = None


class RoleDelete(EventData, frozen=True, kw_only=True):
    """A role is gone."""

    type: ClassVar = "role.delete"
    role_id: Snowflake
    name: str | None = None


class ChannelCreate(EventData, frozen=True, kw_only=True):
    """A channel was made."""

    type: ClassVar = "channel.create"
    audience: ClassVar = "moderator"
    channel: ChannelData


class ChannelUpdate(EventData, frozen=True, kw_only=True):
    """A channel was changed."""

    type: ClassVar = "channel.update"
    audience: ClassVar = "moderator"
    channel: ChannelData
    before: ChannelData | None = None


class ChannelDelete(EventData, frozen=True, kw_only=True):
    """A channel is gone."""

    type: ClassVar = "channel.delete"
    audience: ClassVar = "moderator"
    channel_id: Snowflake
    name: str | None = None


class MemberJoin(EventData, frozen=True, kw_only=True):
    """Somebody joined."""

    type: ClassVar = "member.join"
    member: MemberData


class MemberUpdate(EventData, frozen=True, kw_only=True):
    """A member's roles, nickname or timeout changed."""

    type: ClassVar = "member.update"
    audience: ClassVar = "moderator"
    member: MemberData


class MemberLeave(EventData, frozen=True, kw_only=True):
    """Somebody left, was kicked or was banned."""

    type: ClassVar = "member.leave"
    member_id: Snowflake
    username: str = ""


class MemberBan(EventData, frozen=True, kw_only=True):
    """Somebody was banned, by whatever means."""

    type: ClassVar = "member.ban"
    audience: ClassVar = "moderator"
    member_id: Snowflake
    username: str = ""


class MemberUnban(EventData, frozen=True, kw_only=True):
    """A ban was lifted, by whatever means."""

    type: ClassVar = "member.unban"
    audience: ClassVar = "moderator"
    member_id: Snowflake
    username: str = ""


class GuildUpdate(EventData, frozen=True, kw_only=True):
    """The guild's name, icon or owner changed."""

    type: ClassVar = "guild.update"
    name: str
    icon: str | None = None
    owner_id: Snowflake
    locale: str = "en-US"


class GuildSnapshot(EventData, frozen=True, kw_only=True):
    """All of a guild but its members, as the gateway sends it on connect and on joining."""

    type: ClassVar = "guild.snapshot"
    feed: ClassVar = False
    name: str
    icon: str | None = None
    owner_id: Snowflake
    locale: str = "en-US"
    member_count: int = 0
    roles: list[RoleData] = []
    channels: list[ChannelData] = []


class MembersSnapshot(EventData, frozen=True, kw_only=True):
    """A part of a guild's members; `complete` marks the last part, after which others known are gone."""

    type: ClassVar = "members.snapshot"
    feed: ClassVar = False
    members: list[MemberData]
    part: int = 0
    complete: bool = False
    snapshot_id: UUID


class GuildUnavailable(EventData, frozen=True, kw_only=True):
    """Discord has trouble with this guild: the bot is still in it."""

    type: ClassVar = "guild.unavailable"


class GuildLeave(EventData, frozen=True, kw_only=True):
    """The bot was removed from this guild."""

    type: ClassVar = "guild.leave"
    audience: ClassVar = "admin"


class Gap(EventData, frozen=True, kw_only=True):
    """The bot was away from the gateway and could not resume: events between were never seen."""

    type: ClassVar = "events.gap"
    since: datetime
    until: datetime
    shard: int = 0


class CommandChanged(EventData, frozen=True, kw_only=True):
    """A command's state changed; the event's type is `command.<state>`. Its audience is the command's."""

    type: ClassVar = "command.changed"
    command_id: UUID
    command: str
    state: CommandState
    revision: int
    attempt: int
    actor_kind: str
    actor_id: str
    actor_name: str = ""
    subject: str | None = None
    message: str = ""
    code: str = "ok"
    next_attempt_at: datetime | None = None
    causation_id: UUID | None = None
    parent_id: UUID | None = None
    dry_run: bool = False
    issued_at: datetime


EVENT_TYPES: Mapping[str, type[EventData]] = MappingProxyType(
    {
        kind.type: kind
        for kind in (
            RoleCreate,
            RoleUpdate,
            RoleDelete,
            ChannelCreate,
            ChannelUpdate,
            ChannelDelete,
            MemberJoin,
            MemberUpdate,
            MemberLeave,
            MemberBan,
            MemberUnban,
            GuildUpdate,
            GuildSnapshot,
            MembersSnapshot,
            GuildUnavailable,
            GuildLeave,
            Gap,
        )
    }
)


def make_event(
    data: EventData,
    *,
    id: UUID,
    guild_id: Snowflake | None,
    timestamp: datetime,
    source: Source,
    type: str | None = None,
    audience: Audience | None = None,
    correlation_id: UUID | None = None,
    actor_id: str | None = None,
) -> Event:
    """The data in its envelope."""
    body: dict[str, Any] = codec.to_builtins(data)
    return Event(
        id=id,
        type=type or data.type,
        guild_id=guild_id,
        timestamp=timestamp,
        data=body,
        source=source,
        correlation_id=correlation_id,
        audience=audience or data.audience,
        actor_id=actor_id,
    )


def may_see(*, audience: Audience, actor_id: str | None, viewer_id: str, level: Level) -> bool:
    """Whether a session of this user at this level in the event's guild may see the event.

    People always see what they caused themselves; `actor` is for them and for admins.
    """
    if actor_id is not None and actor_id == viewer_id:
        return True
    needed: Level = "admin" if audience == "actor" else audience
    return LEVELS.index(level) >= LEVELS.index(needed)
