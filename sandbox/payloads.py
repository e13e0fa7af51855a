"""State as Discord's JSON objects. Shapes: https://discord.com/developers/docs/resources"""

from __future__ import annotations

from typing import Any

from sandbox.clock import iso
from sandbox.state import AuditEntry, Channel, ChannelType, Guild, Member, Overwrite, Role, User, Webhook

__all__ = [
    "Json", "audit_entry", "avatar_hash", "channel", "guild", "guild_create", "member", "overwrite", "partial_channel",
    "role", "user", "webhook",
]  # fmt: skip

Json = dict[str, Any]


def avatar_hash(identifier: int) -> str:
    """Stable, and in the shape of a hash, so that clients build the same address as with Discord."""
    return f"{identifier % (1 << 64):016x}{(identifier * 2654435761) % (1 << 64):016x}"


def user(one: User) -> Json:
    answer: Json = {
        "id": str(one.id),
        "username": one.username,
        "global_name": one.global_name,
        "discriminator": "0",
        "avatar": avatar_hash(one.id),
        "public_flags": 0,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
    }
    if one.bot:
        answer["bot"] = True
    return answer


def member(one: Member, person: User | None) -> Json:
    """With `person` None the `user` is left out, as in MESSAGE_CREATE and in resolved data."""
    answer: Json = {
        "nick": one.nick,
        "avatar": None,
        "roles": [str(role_id) for role_id in one.roles],
        "joined_at": iso(one.joined_at),
        "premium_since": None,
        "deaf": one.deaf,
        "mute": one.mute,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }
    if one.communication_disabled_until is not None:
        answer["communication_disabled_until"] = iso(one.communication_disabled_until)
    if person is not None:
        answer["user"] = user(person)
    return answer


def role(one: Role) -> Json:
    answer: Json = {
        "id": str(one.id),
        "name": one.name,
        "color": one.color,
        "colors": {"primary_color": one.color, "secondary_color": None, "tertiary_color": None},
        "hoist": one.hoist,
        "icon": None,
        "unicode_emoji": None,
        "position": one.position,
        "permissions": str(one.permissions),
        "managed": one.managed,
        "mentionable": one.mentionable,
        "flags": 0,
    }
    if one.bot_id is not None:
        answer["tags"] = {"bot_id": str(one.bot_id)}
    return answer


def overwrite(one: Overwrite) -> Json:
    return {"id": str(one.id), "type": one.type, "allow": str(one.allow), "deny": str(one.deny)}


def _optional(identifier: int | None) -> str | None:
    return None if identifier is None else str(identifier)


def channel(one: Channel, recipient: User | None = None) -> Json:
    answer: Json = {
        "id": str(one.id),
        "type": one.type,
        "last_message_id": _optional(one.last_message_id),
        "flags": 0,
    }
    if one.guild_id is None:
        answer["recipients"] = [user(recipient)] if recipient is not None else []
        return answer
    answer |= {
        "guild_id": str(one.guild_id),
        "name": one.name,
        "position": one.position,
        "parent_id": _optional(one.parent_id),
        "permission_overwrites": [overwrite(row) for row in one.overwrites],
        "nsfw": one.nsfw,
        "topic": one.topic,
        "rate_limit_per_user": one.rate_limit_per_user,
    }
    if one.type == ChannelType.VOICE:
        answer |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    return answer


def partial_channel(one: Channel, permissions: int) -> Json:
    """A channel in an interaction's resolved data, with the invoking person's permissions in it."""
    return {
        "id": str(one.id),
        "name": one.name,
        "type": one.type,
        "parent_id": _optional(one.parent_id),
        "permissions": str(permissions),
    }


def guild(one: Guild, *, counts: bool = False) -> Json:
    answer: Json = {
        "id": str(one.id),
        "name": one.name,
        "icon": avatar_hash(one.id),
        "icon_hash": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": one.description,
        "owner_id": str(one.owner_id),
        "region": None,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": _optional(one.system_channel_id),
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": one.verification_level,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "application_id": None,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "max_presences": None,
        "max_members": 500_000,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "nsfw_level": 0,
        "nsfw": False,
        "preferred_locale": one.preferred_locale,
        "features": [],
        "roles": [role(row) for row in one.roles.values()],
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }
    if counts:
        answer["approximate_member_count"] = len(one.members)
        answer["approximate_presence_count"] = max(1, len(one.members) // 2)
    return answer


def guild_create(one: Guild, members: list[Json], bot: Member) -> Json:
    """GUILD_CREATE adds what only the gateway tells: members, channels, counts."""
    return guild(one) | {
        "joined_at": iso(bot.joined_at),
        "large": len(one.members) > 250,
        "unavailable": False,
        "member_count": len(one.members),
        "members": members,
        "channels": [channel(row) for row in one.channels.values()],
        "threads": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def audit_entry(one: AuditEntry) -> Json:
    answer: Json = {
        "id": str(one.id),
        "action_type": one.action_type,
        "user_id": str(one.user_id),
        "target_id": _optional(one.target_id),
    }
    if one.changes:
        answer["changes"] = one.changes
    if one.options:
        answer["options"] = one.options
    if one.reason is not None:
        answer["reason"] = one.reason
    return answer


def webhook(one: Webhook, application_id: int) -> Json:
    return {
        "id": str(one.id),
        "type": 1,
        "guild_id": str(one.guild_id),
        "channel_id": str(one.channel_id),
        "name": one.name,
        "avatar": None,
        "token": one.token,
        "application_id": str(application_id),
    }
