"""Bans. https://discord.com/developers/docs/resources/guild#create-guild-ban"""

from __future__ import annotations

from sandbox import payloads
from sandbox.acts import members as acts
from sandbox.acts import messages as message_acts
from sandbox.errors import MISSING_PERMISSIONS, NO_BAN_BULK, UNKNOWN_BAN
from sandbox.permissions import Permission, can_act_on
from sandbox.rest import guard
from sandbox.rest.call import Answer, Call
from sandbox.rest.forms import Field, integer, list_of, nullable, read, snowflake
from sandbox.state import Ban, Guild
from sandbox.world import World

__all__ = ["bulk_ban", "create_ban", "get_ban", "list_bans", "remove_ban"]

_WEEK_SECONDS = 604_800
_FORM = {
    "delete_message_seconds": Field(nullable(integer(0, _WEEK_SECONDS))),
    "delete_message_days": Field(nullable(integer(0, 7))),
}
_BULK = {
    "user_ids": Field(list_of(snowflake, 200), required=True),
    "delete_message_seconds": Field(nullable(integer(0, _WEEK_SECONDS))),
}


def _shown(world: World, ban: Ban) -> payloads.Json:
    return {"reason": ban.reason, "user": payloads.user(world.user(ban.user_id))}


def _with_right(world: World, call: Call) -> Guild:
    guild = world.guild(call.ids["guild_id"])
    guard.may(world, guild, Permission.BAN_MEMBERS)
    return guild


def list_bans(world: World, call: Call) -> Answer:
    guild = _with_right(world, call)
    limit = call.number("limit", 1000, 1, 1000)
    after, before = call.snowflake("after") or 0, call.snowflake("before") or 1 << 63
    rows = sorted((row for row in guild.bans.values() if after < row.user_id < before), key=lambda row: row.user_id)
    return Answer(body=[_shown(world, row) for row in rows[:limit]])


def get_ban(world: World, call: Call) -> Answer:
    guild = _with_right(world, call)
    ban = guild.bans.get(call.ids["user_id"])
    if ban is None:
        raise UNKNOWN_BAN.error()
    return Answer(body=_shown(world, ban))


def create_ban(world: World, call: Call) -> Answer:
    """PUT is idempotent: a second one answers 204 and changes nothing."""
    guild = _with_right(world, call)
    form = read(call.dictionary(), _FORM)
    user = world.user(call.ids["user_id"])
    member = guild.members.get(user.id)
    if user.id == guild.owner_id:
        raise MISSING_PERMISSIONS.error()
    if member is not None:
        guard.above_member(world, guild, member)
    changed = acts.ban(world, guild, user, actor_id=call.user_id, reason=call.reason)
    seconds = form.get("delete_message_seconds") or (form.get("delete_message_days") or 0) * 86_400
    if changed and seconds:
        _delete_recent(world, guild, user.id, seconds)
    return Answer(status=204, target=user.id, changed=changed)


def remove_ban(world: World, call: Call) -> Answer:
    guild = _with_right(world, call)
    if call.ids["user_id"] not in guild.bans:
        raise UNKNOWN_BAN.error()
    user = world.user(call.ids["user_id"])
    acts.unban(world, guild, user, actor_id=call.user_id, reason=call.reason)
    return Answer(status=204, target=user.id)


def bulk_ban(world: World, call: Call) -> Answer:
    """`{"banned_users": [...], "failed_users": [...]}`; 500000 if not one could be banned."""
    guild = _with_right(world, call)
    guard.may(world, guild, Permission.MANAGE_GUILD)
    form = read(call.dictionary(), _BULK)
    banned, failed = [], []
    for user_id in dict.fromkeys(form["user_ids"]):
        user, member = world.state.users.get(user_id), guild.members.get(user_id)
        refused = (
            user is None
            or user_id == guild.owner_id
            or (member is not None and not can_act_on(guild, guard.own(world, guild), member))
        )
        if user is None or refused or not acts.ban(world, guild, user, actor_id=call.user_id, reason=call.reason):
            failed.append(str(user_id))
            continue
        banned.append(str(user_id))
        if seconds := form.get("delete_message_seconds"):
            _delete_recent(world, guild, user_id, seconds)
    if not banned:
        raise NO_BAN_BULK.error()
    return Answer(body={"banned_users": banned, "failed_users": failed})


def _delete_recent(world: World, guild: Guild, user_id: int, seconds: int) -> None:
    horizon = world.now() - seconds
    for channel in guild.channels.values():
        for message in [m for m in channel.messages if m.author_id == user_id and m.timestamp >= horizon]:
            message_acts.delete(world, channel, message, guild)
