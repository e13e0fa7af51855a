"""A person uses a command, asks for completions, or presses a button: checked as Discord does, sent to the bot."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct, field

from sandbox.acts import messages as message_acts
from sandbox.commands.find import Found, find, may_use
from sandbox.commands.options import typed
from sandbox.commands.overrides import allowed_by_admins, opened_by_admins
from sandbox.control.problem import Problem
from sandbox.interactions.payload import command_data, interaction_payload, metadata
from sandbox.interactions.store import Interaction, InteractionType
from sandbox.interactions.view import published
from sandbox.permissions import Permission, in_channel
from sandbox.snowflakes import is_snowflake
from sandbox.state import Channel, ChannelType, Guild, Member
from sandbox.world import World

__all__ = ["CommandRequest", "ComponentRequest", "start_autocomplete", "start_command", "start_component"]

_USABLE = Permission.VIEW_CHANNEL | Permission.USE_APPLICATION_COMMANDS
_TALKING = (ChannelType.TEXT, ChannelType.VOICE, ChannelType.ANNOUNCEMENT)
Id = str | int


class CommandRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    guild_id: Id
    user_id: Id
    command: str
    options: dict[str, Any] = field(default_factory=dict)
    channel_id: Id | None = None
    locale: str | None = None
    focused: str | None = None
    """For autocomplete: the option that is being typed."""


class ComponentRequest(Struct, kw_only=True, forbid_unknown_fields=True):
    guild_id: Id
    channel_id: Id
    user_id: Id
    message_id: Id
    custom_id: str
    values: list[str] | None = None
    locale: str | None = None


def start_command(world: World, request: CommandRequest) -> Interaction:
    guild, member, channel, found = _checked(world, request)
    options = typed(found.options, request.options, guild=guild, users=world.state.users)
    data = command_data(world, guild, member, found, options)
    return _send(
        world, InteractionType.COMMAND, guild, member, channel, data, command=found.name, locale=request.locale
    )


def start_autocomplete(world: World, request: CommandRequest) -> Interaction:
    guild, member, channel, found = _checked(world, request)
    option = next((row for row in found.options if row["name"] == request.focused), None)
    if option is None or not option.get("autocomplete"):
        raise Problem(400, "no_autocomplete", "That option has no autocomplete.")
    options = typed(found.options, request.options, guild=guild, users=world.state.users, focused=request.focused)
    data = command_data(world, guild, member, found, options)
    return _send(
        world, InteractionType.AUTOCOMPLETE, guild, member, channel, data, command=found.name, locale=request.locale
    )


def start_component(world: World, request: ComponentRequest) -> Interaction:
    guild, member = _person(world, request.guild_id, request.user_id)
    channel = _channel(world, guild, member, request.channel_id)
    message = message_acts.find(channel, _id(request.message_id, "message_id"))
    if message is None or message.visible_to not in (None, member.user_id):
        raise Problem(404, "unknown_message", "There is no such message.")
    component = _component(message.components, request.custom_id)
    if component is None or component.get("disabled"):
        raise Problem(404, "unknown_component", "The message has no such component.")
    data: dict[str, Any] = {"custom_id": request.custom_id, "component_type": component["type"]}
    if request.values is not None:
        data["values"] = request.values
    shown = message_acts.render(world, message, guild)
    return _send(
        world, InteractionType.COMPONENT, guild, member, channel, data,
        command=request.custom_id, locale=request.locale, message=shown,
    )  # fmt: skip


def _component(rows: list[dict[str, Any]], custom_id: str) -> dict[str, Any] | None:
    for row in rows:
        if row.get("custom_id") == custom_id:
            return row
        found = _component(row.get("components") or [], custom_id)
        if found is not None:
            return found
    return None


def _id(value: Id, name: str) -> int:
    if not is_snowflake(value):
        raise Problem(400, "bad_id", f"{name} is not an id.")
    return int(value)


def _person(world: World, guild_id: Id, user_id: Id) -> tuple[Guild, Member]:
    guild = world.state.guilds.get(_id(guild_id, "guild_id"))
    if guild is None or guild.bot_removed or guild.unavailable:
        raise Problem(404, "unknown_guild", "There is no such guild, or the bot is not in it.")
    member = guild.members.get(_id(user_id, "user_id"))
    if member is None:
        raise Problem(403, "not_a_member", "That person is not in this guild.")
    if world.state.users[member.user_id].bot:
        raise Problem(403, "is_a_bot", "Bots can't use commands.")
    return guild, member


def _channel(world: World, guild: Guild, member: Member, channel_id: Id | None) -> Channel:
    """The given channel, or the last one in which the person may use commands (the seed's #bot-commands)."""
    now = world.now()
    if channel_id is None:
        rows = [row for row in guild.channels.values() if row.type == ChannelType.TEXT]
        rows = [row for row in rows if in_channel(guild, member, row, now) & _USABLE == _USABLE]
        if not rows:
            raise Problem(403, "no_channel", "That person may use commands in no channel.")
        return next((row for row in rows if row.name == "bot-commands"), rows[-1])
    channel = guild.channels.get(_id(channel_id, "channel_id"))
    if channel is None or channel.type not in _TALKING:
        raise Problem(404, "unknown_channel", "There is no such channel to talk in.")
    if in_channel(guild, member, channel, now) & _USABLE != _USABLE:
        raise Problem(403, "forbidden_channel", "That person may not use commands in this channel.")
    return channel


def _checked(world: World, request: CommandRequest) -> tuple[Guild, Member, Channel, Found]:
    guild, member = _person(world, request.guild_id, request.user_id)
    channel = _channel(world, guild, member, request.channel_id)
    found = find(world.state, guild.id, request.command)
    if found is None:
        raise Problem(404, "unknown_command", f"No command {request.command!r} is registered here.")
    bits, command_id = in_channel(guild, member, channel, world.now()), int(found.command["id"])
    state, application_id = world.state, world.settings.application_id
    if not allowed_by_admins(state, application_id, guild, member, channel.id, command_id, bits):
        raise Problem(403, "forbidden", f"The server's admins do not let that person use /{found.name} there.")
    opened = opened_by_admins(state, application_id, guild, member, command_id)
    if not opened and not may_use(found.command, bits):
        raise Problem(403, "forbidden", f"That person lacks the permissions that /{found.name} asks for.")
    return guild, member, channel, found


def _send(
    world: World,
    kind: int,
    guild: Guild,
    member: Member,
    channel: Channel,
    data: dict[str, Any],
    *,
    command: str,
    locale: str | None,
    message: dict[str, Any] | None = None,
) -> Interaction:
    if not world.gateway.live(guild.id):
        raise Problem(503, "bot_offline", "The bot is not connected to the gateway.")
    user = world.state.users[member.user_id]
    identifier = world.new_id()
    one = Interaction(
        id=identifier, token=world.interactions.new_token(), type=kind, created_at=world.now(), guild_id=guild.id,
        channel_id=channel.id, user_id=member.user_id, command=command,
        metadata=metadata(identifier, kind, user, guild, command),
        source_message_id=int(message["id"]) if message else None,
    )  # fmt: skip
    world.interactions.add(one)
    payload = interaction_payload(world, one, member=member, channel=channel, locale=locale or user.locale, data=data)
    if message is not None:
        payload["message"] = message
    # Not world.emit: the token must not reach the page.
    world.gateway.dispatch("INTERACTION_CREATE", payload, guild_id=guild.id)
    if kind != InteractionType.AUTOCOMPLETE:
        published(world, one)
        # So that the page learns of a missed deadline.
        deadline = world.settings.interaction_deadline_seconds + 0.05
        asyncio.get_running_loop().call_later(deadline, published, world, one)
    return one
