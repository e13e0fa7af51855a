"""Guilds. https://discord.com/developers/docs/resources/guild"""

from __future__ import annotations

from sandbox import payloads
from sandbox.acts.audit import Action, record
from sandbox.permissions import Permission
from sandbox.rest import guard
from sandbox.rest.call import Answer, Call
from sandbox.rest.forms import Field, integer, nullable, read, snowflake, text
from sandbox.world import World

__all__ = ["get_guild", "get_preview", "patch_guild"]

_FORM = {
    "name": Field(text(2, 100)),
    "description": Field(nullable(text(0, 300))),
    "preferred_locale": Field(text(2, 5)),
    "system_channel_id": Field(nullable(snowflake)),
    "verification_level": Field(integer(0, 4)),
}


def get_guild(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    return Answer(body=payloads.guild(guild, counts=call.query.get("with_counts") == "true"))


def get_preview(world: World, call: Call) -> Answer:
    full = payloads.guild(world.guild(call.ids["guild_id"]), counts=True)
    keys = (
        "id", "name", "icon", "splash", "discovery_splash", "emojis", "features", "description", "stickers",
        "approximate_member_count", "approximate_presence_count",
    )  # fmt: skip
    return Answer(body={key: full[key] for key in keys})


def patch_guild(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    guard.may(world, guild, Permission.MANAGE_GUILD)
    form = read(call.dictionary(), _FORM)
    changes = []
    for key, value in form.items():
        old = getattr(guild, key)
        if old != value:
            changes.append({"key": key, "old_value": old, "new_value": value})
            setattr(guild, key, value)
    if changes:
        world.emit("GUILD_UPDATE", payloads.guild(guild), guild_id=guild.id)
        record(
            world, guild, Action.GUILD_UPDATE,
            actor_id=call.user_id, target_id=guild.id, reason=call.reason, changes=changes,
        )  # fmt: skip
    return Answer(body=payloads.guild(guild), target=guild.id, changed=bool(changes))
