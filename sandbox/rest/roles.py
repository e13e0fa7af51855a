"""Roles. https://discord.com/developers/docs/resources/guild#create-guild-role"""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.acts import roles as acts
from sandbox.errors import MAX_ROLES, MISSING_PERMISSIONS
from sandbox.permissions import ALL, Permission, base
from sandbox.rest import guard
from sandbox.rest.call import Answer, Call
from sandbox.rest.forms import Field, bits, boolean, integer, nullable, read, snowflake, text
from sandbox.state import Guild
from sandbox.world import World

__all__ = ["create_role", "delete_role", "get_role", "list_roles", "move_roles", "patch_role"]

_MOST = 250
_FORM = {
    "name": Field(nullable(text(0, 100))),
    "permissions": Field(nullable(bits)),
    "color": Field(nullable(integer(0, 0xFFFFFF))),
    "hoist": Field(nullable(boolean)),
    "mentionable": Field(nullable(boolean)),
}
_POSITION = {"id": Field(snowflake, required=True), "position": Field(nullable(integer(1, _MOST)))}


def _fields(call: Call) -> dict[str, Any]:
    """Null means: leave the default. `colors.primary_color` counts as `color`."""
    body = call.dictionary()
    colors = body.get("colors")
    if isinstance(colors, dict) and "color" not in body:
        body = body | {"color": colors.get("primary_color")}
    return {key: value for key, value in read(body, _FORM).items() if value is not None}


def _check_permissions(world: World, guild: Guild, fields: dict[str, Any], old: int = 0) -> None:
    """Nobody gives away, or takes, a permission that they don't have."""
    own = base(guild, guard.own(world, guild), world.now())
    if own != ALL and (fields.get("permissions", old) ^ old) & ~own:
        raise MISSING_PERMISSIONS.error()


def list_roles(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    return Answer(body=[payloads.role(row) for row in guild.roles.values()])


def get_role(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    return Answer(body=payloads.role(world.role(guild, call.ids["role_id"])))


def create_role(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    guard.may(world, guild, Permission.MANAGE_ROLES)
    if len(guild.roles) >= _MOST:
        raise MAX_ROLES.error()
    fields = _fields(call)
    _check_permissions(world, guild, fields)
    role = acts.create(world, guild, fields, actor_id=call.user_id, reason=call.reason)
    return Answer(body=payloads.role(role), target=role.id)


def patch_role(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    role = world.role(guild, call.ids["role_id"])
    guard.may(world, guild, Permission.MANAGE_ROLES)
    guard.above_role(world, guild, role)
    fields = _fields(call)
    _check_permissions(world, guild, fields, role.permissions)
    changed = acts.change(world, guild, role, fields, actor_id=call.user_id, reason=call.reason)
    return Answer(body=payloads.role(role), target=role.id, changed=changed)


def move_roles(world: World, call: Call) -> Answer:
    """PATCH of the whole list: `[{"id", "position"}]`."""
    guild = world.guild(call.ids["guild_id"])
    guard.may(world, guild, Permission.MANAGE_ROLES)
    rows = [read(row if isinstance(row, dict) else {}, _POSITION) for row in call.body or []]
    changed = False
    for row in rows:
        role = world.role(guild, row["id"])
        guard.above_role(world, guild, role)
        if row.get("position") is not None:
            fields = {"position": row["position"]}
            changed |= acts.change(world, guild, role, fields, actor_id=call.user_id, reason=call.reason)
    return Answer(body=[payloads.role(row) for row in guild.roles.values()], changed=changed)


def delete_role(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    role = world.role(guild, call.ids["role_id"])
    guard.may(world, guild, Permission.MANAGE_ROLES)
    guard.above_role(world, guild, role)
    if role.managed or role.id == guild.id:
        raise MISSING_PERMISSIONS.error()
    acts.delete(world, guild, role, actor_id=call.user_id, reason=call.reason)
    return Answer(status=204, target=role.id)
