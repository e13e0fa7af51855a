"""Channels. https://discord.com/developers/docs/resources/channel"""

from __future__ import annotations

import re
from typing import Any

from sandbox import payloads
from sandbox.acts import channels as acts
from sandbox.errors import CANNOT_EXECUTE_ON_DM, MAX_CHANNELS, FormErrors
from sandbox.permissions import Permission
from sandbox.rest import guard
from sandbox.rest.call import Answer, Call
from sandbox.rest.forms import Field, Invalid, bits, boolean, choice, integer, list_of, nullable, read, snowflake, text
from sandbox.state import Channel, ChannelType, Guild, Overwrite
from sandbox.world import World

__all__ = [
    "create_channel", "delete_channel", "delete_overwrite", "get_channel", "list_channels", "patch_channel",
    "put_overwrite", "trigger_typing",
]  # fmt: skip

_MOST = 500
_OVERWRITE = {
    "id": Field(snowflake, required=True),
    "type": Field(integer(0, 1), required=True),
    "allow": Field(nullable(bits)),
    "deny": Field(nullable(bits)),
}


def _overwrite(value: Any) -> Overwrite:
    if not isinstance(value, dict):
        raise Invalid("DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    form = read(value, _OVERWRITE)
    return Overwrite(id=form["id"], type=form["type"], allow=form.get("allow") or 0, deny=form.get("deny") or 0)


_KINDS = (ChannelType.TEXT, ChannelType.VOICE, ChannelType.CATEGORY, ChannelType.ANNOUNCEMENT, 13, ChannelType.FORUM)
_CHANGE = {
    "name": Field(text(1, 100)),
    "topic": Field(nullable(text(0, 1024))),
    "nsfw": Field(nullable(boolean)),
    "position": Field(nullable(integer(0, 1000))),
    "rate_limit_per_user": Field(nullable(integer(0, 21_600))),
    "parent_id": Field(nullable(snowflake)),
    "permission_overwrites": Field(nullable(list_of(_overwrite, 500)), name="overwrites"),
}
_CREATE = _CHANGE | {"name": Field(text(1, 100), required=True), "type": Field(choice(*_KINDS))}
_NULL_MEANS = {"nsfw": False, "rate_limit_per_user": 0, "overwrites": []}


def _fields(guild: Guild, form: dict[str, Any], kind: int) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, value in form.items():
        if value is None and key in ("position", "type"):
            continue
        fields[key] = _NULL_MEANS[key] if value is None and key in _NULL_MEANS else value
    if "name" in fields and kind in (ChannelType.TEXT, ChannelType.ANNOUNCEMENT, ChannelType.FORUM):
        # Text channels have no spaces and no capitals, as on Discord.
        fields["name"] = re.sub(r"\s+", "-", fields["name"].strip()).lower()
    parent = fields.get("parent_id")
    if parent is not None:
        row = guild.channels.get(parent)
        errors = FormErrors()
        if row is None:
            errors.add(("parent_id",), "CHANNEL_PARENT_INVALID", "Category does not exist")
        elif row.type != ChannelType.CATEGORY:
            errors.add(("parent_id",), "CHANNEL_PARENT_INVALID_TYPE", "Not a category")
        errors.raise_if_any()
    return fields


def _guild_channel(world: World, call: Call) -> tuple[Channel, Guild]:
    channel, guild = world.channel(call.ids["channel_id"])
    if guild is None:
        raise CANNOT_EXECUTE_ON_DM.error()
    return channel, guild


def list_channels(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    return Answer(body=[payloads.channel(row) for row in guild.channels.values()])


def create_channel(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    guard.may(world, guild, Permission.MANAGE_CHANNELS)
    form = read(call.dictionary(), _CREATE)
    if len(guild.channels) >= _MOST:
        raise MAX_CHANNELS.error()
    fields = _fields(guild, form, form.get("type") or ChannelType.TEXT)
    channel = acts.create(world, guild, fields, actor_id=call.user_id, reason=call.reason)
    return Answer(status=201, body=payloads.channel(channel), target=channel.id)


def get_channel(world: World, call: Call) -> Answer:
    channel, guild = world.channel(call.ids["channel_id"])
    guard.may_in(world, guild, channel, Permission.VIEW_CHANNEL)
    recipient = None if channel.recipient_id is None else world.user(channel.recipient_id)
    return Answer(body=payloads.channel(channel, recipient))


def patch_channel(world: World, call: Call) -> Answer:
    channel, guild = _guild_channel(world, call)
    guard.may_in(world, guild, channel, Permission.MANAGE_CHANNELS)
    fields = _fields(guild, read(call.dictionary(), _CHANGE), channel.type)
    changed = acts.change(world, guild, channel, fields, actor_id=call.user_id, reason=call.reason)
    return Answer(body=payloads.channel(channel), guild_id=guild.id, target=channel.id, changed=changed)


def delete_channel(world: World, call: Call) -> Answer:
    channel, guild = _guild_channel(world, call)
    guard.may_in(world, guild, channel, Permission.MANAGE_CHANNELS)
    acts.delete(world, guild, channel, actor_id=call.user_id, reason=call.reason)
    return Answer(body=payloads.channel(channel), guild_id=guild.id, target=channel.id)


def _set_overwrites(world: World, call: Call, channel: Channel, guild: Guild, rows: list[Overwrite]) -> Answer:
    guard.may_in(world, guild, channel, Permission.MANAGE_ROLES)
    changed = acts.change(world, guild, channel, {"overwrites": rows}, actor_id=call.user_id, reason=call.reason)
    return Answer(status=204, guild_id=guild.id, target=channel.id, changed=changed)


def put_overwrite(world: World, call: Call) -> Answer:
    channel, guild = _guild_channel(world, call)
    row = _overwrite(call.dictionary() | {"id": str(call.ids["overwrite_id"])})
    others = [old for old in channel.overwrites if old.id != row.id]
    return _set_overwrites(world, call, channel, guild, [*others, row])


def delete_overwrite(world: World, call: Call) -> Answer:
    channel, guild = _guild_channel(world, call)
    others = [old for old in channel.overwrites if old.id != call.ids["overwrite_id"]]
    return _set_overwrites(world, call, channel, guild, others)


def trigger_typing(world: World, call: Call) -> Answer:
    channel, guild = world.channel(call.ids["channel_id"])
    guard.may_in(world, guild, channel, Permission.SEND_MESSAGES)
    return Answer(status=204, target=channel.id, guild_id=guild.id if guild else None, changed=False)
