"""What the bot knows of the guilds' roles and channels: for `before`, and for the names of what is gone."""

from __future__ import annotations

from typing import TypeVar

from models.events import ChannelData, RoleData

__all__ = ["Known"]

T = TypeVar("T")


class Known:
    """By guild id and own id, both as Discord's decimal strings."""

    def __init__(self) -> None:
        self.roles: dict[str, dict[str, RoleData]] = {}
        self.channels: dict[str, dict[str, ChannelData]] = {}

    def forget(self, guild_id: str) -> None:
        """The bot is no longer in this guild."""
        self.roles.pop(guild_id, None)
        self.channels.pop(guild_id, None)

    def swap_role(self, guild_id: str, role_id: str, role: RoleData | None) -> RoleData | None:
        """Remember the role (None: it is gone) and return what was known before."""
        return _swap(self.roles.setdefault(guild_id, {}), role_id, role)

    def swap_channel(self, guild_id: str, channel_id: str, channel: ChannelData | None) -> ChannelData | None:
        """Remember the channel (None: it is gone) and return what was known before."""
        return _swap(self.channels.setdefault(guild_id, {}), channel_id, channel)


def _swap(rows: dict[str, T], key: str, value: T | None) -> T | None:
    before = rows.pop(key, None)
    if value is not None:
        rows[key] = value
    return before
