"""Guild members. https://discord.com/developers/docs/resources/guild#modify-guild-member"""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.acts import members as acts
from sandbox.clock import parse_iso
from sandbox.errors import MISSING_PERMISSIONS, FormErrors
from sandbox.permissions import ALL, Permission, base
from sandbox.rest import guard
from sandbox.rest.call import Answer, Call
from sandbox.rest.forms import Field, Invalid, boolean, list_of, nullable, read, snowflake, text
from sandbox.state import Guild, Member
from sandbox.world import World

__all__ = [
    "MAX_TIMEOUT_SECONDS", "add_role", "get_member", "kick_member", "list_members", "patch_me", "patch_member",
    "remove_role", "search_members",
]  # fmt: skip

MAX_TIMEOUT_SECONDS = 28 * 86_400


def _moment(value: Any) -> float:
    try:
        return parse_iso(value)
    except (TypeError, ValueError) as error:
        raise Invalid("DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.") from error


_FORM = {
    "nick": Field(nullable(text(0, 32))),
    "roles": Field(nullable(list_of(snowflake, 250))),
    "communication_disabled_until": Field(nullable(_moment)),
    "mute": Field(nullable(boolean)),
    "deaf": Field(nullable(boolean)),
}


def _shown(world: World, member: Member) -> payloads.Json:
    return payloads.member(member, world.state.users[member.user_id])


def get_member(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    return Answer(body=_shown(world, world.member(guild, call.ids["user_id"])))


def list_members(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    limit = call.number("limit", 1, 1, 1000)
    after = call.snowflake("after") or 0
    rows = sorted((row for row in guild.members.values() if row.user_id > after), key=lambda row: row.user_id)
    return Answer(body=[_shown(world, row) for row in rows[:limit]])


def search_members(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    limit = call.number("limit", 1, 1, 1000)
    query = call.query.get("query", "").lower()
    if not query:
        errors = FormErrors()
        errors.add(("query",), "BASE_TYPE_REQUIRED", "This field is required")
        errors.raise_if_any()
    rows = []
    for member in guild.members.values():
        user = world.state.users[member.user_id]
        names = (user.username, user.global_name, member.nick)
        if any(name is not None and name.lower().startswith(query) for name in names):
            rows.append(_shown(world, member))
    return Answer(body=rows[:limit])


def patch_member(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    member = world.member(guild, call.ids["user_id"])
    form = read(call.dictionary(), _FORM)
    wanted: dict[str, Any] = {}
    if "nick" in form:
        guard.may(world, guild, Permission.MANAGE_NICKNAMES)
        if member.user_id != world.bot_id:
            guard.above_member(world, guild, member)
        wanted["nick"] = form["nick"] or None
    if "roles" in form:
        wanted["roles"] = _new_roles(world, guild, member, form["roles"] or [])
    if "communication_disabled_until" in form:
        until = form["communication_disabled_until"]
        _check_timeout(world, guild, member, until)
        wanted["communication_disabled_until"] = until
    for key in ("mute", "deaf"):
        if form.get(key) is not None:
            guard.may(world, guild, Permission.MUTE_MEMBERS)
            wanted[key] = form[key]
    changed = acts.change(world, guild, member, wanted, actor_id=call.user_id, reason=call.reason)
    return Answer(body=_shown(world, member), target=member.user_id, changed=changed)


def patch_me(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    form = read(call.dictionary(), {"nick": _FORM["nick"]})
    wanted = {"nick": form["nick"] or None} if "nick" in form else {}
    member = guard.own(world, guild)
    changed = acts.change(world, guild, member, wanted, actor_id=call.user_id, reason=call.reason)
    return Answer(body=_shown(world, member), target=member.user_id, changed=changed)


def _new_roles(world: World, guild: Guild, member: Member, wanted: list[int]) -> list[int]:
    """The role list after the change; every role that comes or goes must be below the bot's highest."""
    guard.may(world, guild, Permission.MANAGE_ROLES)
    roles = [role_id for role_id in dict.fromkeys(wanted) if role_id != guild.id]
    for role_id in set(roles) ^ set(member.roles):
        role = world.role(guild, role_id)
        if role.managed:
            raise MISSING_PERMISSIONS.error()
        guard.above_role(world, guild, role)
    return roles


def _check_timeout(world: World, guild: Guild, member: Member, until: float | None) -> None:
    guard.may(world, guild, Permission.MODERATE_MEMBERS)
    guard.above_member(world, guild, member)
    if until is None:
        return
    if base(guild, member, world.now()) == ALL:
        raise MISSING_PERMISSIONS.error()  # Administrators can't be timed out.
    # A minute of grace for clocks that differ.
    if until - world.now() > MAX_TIMEOUT_SECONDS + 60:
        errors = FormErrors()
        errors.add(
            ("communication_disabled_until",),
            "GUILD_COMMUNICATION_DISABLED_UNTIL_MAX",
            "The timeout can be at most 28 days in the future.",
        )
        errors.raise_if_any()


def kick_member(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    member = world.member(guild, call.ids["user_id"])
    guard.may(world, guild, Permission.KICK_MEMBERS)
    guard.above_member(world, guild, member)
    acts.kick(world, guild, world.user(member.user_id), actor_id=call.user_id, reason=call.reason)
    return Answer(status=204, target=member.user_id)


def _one_role(world: World, call: Call, *, present: bool) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    member = world.member(guild, call.ids["user_id"])
    role = world.role(guild, call.ids["role_id"])
    guard.may(world, guild, Permission.MANAGE_ROLES)
    if role.managed or role.id == guild.id:
        raise MISSING_PERMISSIONS.error()
    guard.above_role(world, guild, role)
    rest = [role_id for role_id in member.roles if role_id != role.id]
    wanted = {"roles": [*rest, role.id] if present else rest}
    changed = acts.change(world, guild, member, wanted, actor_id=call.user_id, reason=call.reason)
    return Answer(status=204, target=member.user_id, changed=changed)


def add_role(world: World, call: Call) -> Answer:
    return _one_role(world, call, present=True)


def remove_role(world: World, call: Call) -> Answer:
    return _one_role(world, call, present=False)
