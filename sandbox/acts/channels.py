"""Channels: create, change, delete, and direct-message channels."""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.acts.audit import Action, record
from sandbox.state import Channel, ChannelType, Guild, User
from sandbox.world import World

__all__ = ["change", "create", "delete", "direct"]


def create(world: World, guild: Guild, fields: dict[str, Any], *, actor_id: int, reason: str | None) -> Channel:
    position = max((row.position for row in guild.channels.values()), default=-1) + 1
    values: dict[str, Any] = {"type": ChannelType.TEXT, "position": position} | fields
    channel = Channel(id=world.new_id(), guild_id=guild.id, **values)
    guild.channels[channel.id] = channel
    world.emit("CHANNEL_CREATE", payloads.channel(channel), guild_id=guild.id)
    shown = {"name": channel.name, "type": channel.type}
    changes = [{"key": key, "new_value": value} for key, value in shown.items()]
    record(world, guild, Action.CHANNEL_CREATE, actor_id=actor_id, target_id=channel.id, reason=reason, changes=changes)
    return channel


def change(
    world: World, guild: Guild, channel: Channel, fields: dict[str, Any], *, actor_id: int, reason: str | None
) -> bool:
    """False if all was so already."""
    before = payloads.channel(channel)
    for key, value in fields.items():
        setattr(channel, key, value)
    after = payloads.channel(channel)
    if before == after:
        return False
    world.emit("CHANNEL_UPDATE", after, guild_id=guild.id)
    changes = [
        {"key": key, "old_value": before[key], "new_value": after[key]} for key in after if before[key] != after[key]
    ]
    record(world, guild, Action.CHANNEL_UPDATE, actor_id=actor_id, target_id=channel.id, reason=reason, changes=changes)
    return True


def delete(world: World, guild: Guild, channel: Channel, *, actor_id: int, reason: str | None) -> None:
    del guild.channels[channel.id]
    for other in guild.channels.values():
        if other.parent_id == channel.id:
            other.parent_id = None
    world.emit("CHANNEL_DELETE", payloads.channel(channel), guild_id=guild.id)
    shown = {"name": channel.name, "type": channel.type}
    changes = [{"key": key, "old_value": value} for key, value in shown.items()]
    record(world, guild, Action.CHANNEL_DELETE, actor_id=actor_id, target_id=channel.id, reason=reason, changes=changes)


def direct(world: World, user: User) -> Channel:
    """The direct-message channel of the bot and a user: always the same one."""
    for channel in world.state.direct.values():
        if channel.recipient_id == user.id:
            return channel
    channel = Channel(id=world.new_id(), type=ChannelType.DM, recipient_id=user.id)
    world.state.direct[channel.id] = channel
    world.emit("CHANNEL_CREATE", payloads.channel(channel, user), direct=True)
    return channel
