"""What the sandbox remembers. Ids are integers here and strings in all JSON that leaves; times are Unix seconds."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

__all__ = [
    "AuditEntry", "Ban", "Channel", "ChannelType", "Guild", "Member", "Message", "Overwrite", "Role", "User",
    "Webhook", "WorldState",
]  # fmt: skip


class ChannelType:
    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    ANNOUNCEMENT = 5
    FORUM = 15


class User(Struct, kw_only=True):
    id: int
    username: str
    global_name: str | None = None
    bot: bool = False
    email: str | None = None
    locale: str = "en-GB"
    person: str = ""
    """Who they are, in words, if one can log in as them; empty for the crowd."""


class Role(Struct, kw_only=True):
    id: int
    name: str
    position: int
    permissions: int = 0
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    managed: bool = False
    bot_id: int | None = None


class Overwrite(Struct, kw_only=True):
    id: int
    type: int
    """0 role, 1 member."""
    allow: int = 0
    deny: int = 0


class Message(Struct, kw_only=True):
    id: int
    channel_id: int
    author_id: int
    content: str = ""
    timestamp: float = 0.0
    edited: float | None = None
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    flags: int = 0
    type: int = 0
    nonce: str | int | None = None
    mentions: list[int] = field(default_factory=list)
    webhook_id: int | None = None
    webhook_name: str | None = None
    reference: int | None = None
    interaction: dict[str, Any] | None = None
    visible_to: int | None = None
    """The only person who sees an ephemeral message."""


class Channel(Struct, kw_only=True):
    id: int
    type: int
    name: str = ""
    guild_id: int | None = None
    position: int = 0
    parent_id: int | None = None
    topic: str | None = None
    nsfw: bool = False
    rate_limit_per_user: int = 0
    overwrites: list[Overwrite] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    recipient_id: int | None = None
    last_message_id: int | None = None


class Member(Struct, kw_only=True):
    user_id: int
    joined_at: float
    nick: str | None = None
    roles: list[int] = field(default_factory=list)
    communication_disabled_until: float | None = None
    mute: bool = False
    deaf: bool = False


class Ban(Struct, kw_only=True):
    user_id: int
    reason: str | None = None


class AuditEntry(Struct, kw_only=True):
    id: int
    action_type: int
    user_id: int
    target_id: int | None
    reason: str | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    options: dict[str, str] | None = None


class Webhook(Struct, kw_only=True):
    id: int
    channel_id: int
    guild_id: int
    name: str
    token: str


class Guild(Struct, kw_only=True):
    id: int
    name: str
    owner_id: int
    preferred_locale: str = "en-US"
    description: str | None = None
    hue: int = 200
    """Colour of the generated icon, degrees."""
    system_channel_id: int | None = None
    verification_level: int = 1
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    bans: dict[int, Ban] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    """Oldest first."""
    unavailable: bool = False
    bot_removed: bool = False


class WorldState(Struct, kw_only=True):
    """Everything that survives a restart."""

    users: dict[int, User] = field(default_factory=dict)
    guilds: dict[int, Guild] = field(default_factory=dict)
    direct: dict[int, Channel] = field(default_factory=dict)
    """Direct-message channels by their id."""
    commands: dict[int, dict[int, dict[str, Any]]] = field(default_factory=dict)
    """Scope (guild id, 0 is global) -> command id -> command as Discord shows it."""
    command_permissions: dict[int, dict[int, list[dict[str, Any]]]] = field(default_factory=dict)
    """Guild id -> command id, or the application's for all of them -> overrides as Discord shows them."""
    command_creates: dict[str, int] = field(default_factory=dict)
    """"YYYY-MM-DD:scope" -> creations on that day."""
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    last_id: int = 0
