"""INTERACTION_CREATE as Discord sends it.

https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object
"""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.commands.find import Found
from sandbox.commands.validate import OptionType
from sandbox.interactions.store import Interaction
from sandbox.permissions import in_channel
from sandbox.state import Channel, Guild, Member, User
from sandbox.world import World

__all__ = ["command_data", "interaction_payload", "metadata"]

_ATTACHMENT_LIMIT = 10_485_760


def metadata(interaction_id: int, kind: int, user: User, guild: Guild, name: str) -> dict[str, Any]:
    """What the answer's message says about the interaction that it answers."""
    return {
        "id": str(interaction_id),
        "type": kind,
        "name": name,
        "user": payloads.user(user),
        "authorizing_integration_owners": {"0": str(guild.id)},
    }


def interaction_payload(
    world: World, one: Interaction, *, member: Member, channel: Channel, locale: str, data: dict[str, Any]
) -> dict[str, Any]:
    guild = world.state.guilds[one.guild_id]
    now = world.now()
    user = world.state.users[member.user_id]
    bot = in_channel(guild, guild.members[world.bot_id], channel, now)
    own = in_channel(guild, member, channel, now)
    return {
        "id": str(one.id),
        "application_id": str(world.settings.application_id),
        "type": one.type,
        "token": one.token,
        "version": 1,
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": guild.preferred_locale, "features": []},
        "guild_locale": guild.preferred_locale,
        "locale": locale,
        "channel_id": str(channel.id),
        "channel": payloads.channel(channel) | {"permissions": str(own)},
        "member": payloads.member(member, user) | {"permissions": str(own)},
        "app_permissions": str(bot),
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(guild.id)},
        "context": 0,
        "attachment_size_limit": _ATTACHMENT_LIMIT,
        "data": data,
    }


def command_data(
    world: World, guild: Guild, member: Member, found: Found, options: list[dict[str, Any]]
) -> dict[str, Any]:
    """The command with its options, nested under subcommand and group, and what the ids among them stand for."""
    nested = options
    for kind, name in reversed(found.path):
        nested = [{"type": kind, "name": name, "options": nested}]
    data: dict[str, Any] = {
        "id": found.command["id"],
        "name": found.command["name"],
        "type": 1,
        "options": nested,
    }
    if "guild_id" in found.command:
        data["guild_id"] = found.command["guild_id"]
    resolved = _resolved(world, guild, member, options)
    if resolved:
        data["resolved"] = resolved
    return data


def _resolved(world: World, guild: Guild, member: Member, options: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    now = world.now()
    for row in options:
        if row["type"] not in (OptionType.USER, OptionType.CHANNEL, OptionType.ROLE, OptionType.MENTIONABLE):
            continue
        if not str(row["value"]).isdigit():
            continue  # Half-typed, in an autocomplete.
        identifier, key = int(row["value"]), str(row["value"])
        if row["type"] == OptionType.CHANNEL and identifier in guild.channels:
            channel = guild.channels[identifier]
            own = in_channel(guild, member, channel, now)
            found.setdefault("channels", {})[key] = payloads.partial_channel(channel, own)
        elif row["type"] != OptionType.USER and identifier in guild.roles:
            found.setdefault("roles", {})[key] = payloads.role(guild.roles[identifier])
        elif identifier in world.state.users:
            found.setdefault("users", {})[key] = payloads.user(world.state.users[identifier])
            other = guild.members.get(identifier)
            if other is not None:
                permissions = in_channel(guild, other, _any_channel(guild), now)
                shown = payloads.member(other, None) | {"permissions": str(permissions)}
                found.setdefault("members", {})[key] = shown
    return found


def _any_channel(guild: Guild) -> Channel:
    return next(iter(guild.channels.values()))
