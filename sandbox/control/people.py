"""Changes that people make by hand: join, leave, roles, messages, and the bot coming and going.

They are not in the book of effects (nobody asked the REST API for them) but in the audit log and on the gateway.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from sandbox import payloads
from sandbox.acts import members as member_acts
from sandbox.acts import messages as message_acts
from sandbox.acts import roles as role_acts
from sandbox.control.calls import body_of, id_of, reply
from sandbox.control.problem import Problem
from sandbox.gateway.ready import announce
from sandbox.permissions import Permission, in_channel
from sandbox.state import Guild, Role, User
from sandbox.world import World

__all__ = ["change_member", "change_members", "change_role", "post_message", "set_availability"]

_MAX_JOINS = 1_000
Id = str | int


class MembersChange(Struct, kw_only=True, forbid_unknown_fields=True):
    guild_id: Id
    action: Literal["join", "leave", "bulk_join"]
    user_id: Id | None = None
    count: int = 1
    name: str | None = None


class RolesOf(Struct, kw_only=True, forbid_unknown_fields=True):
    roles: list[Id] | None = None
    nick: str | None = None
    actor_id: Id | None = None


class RoleChange(Struct, kw_only=True, forbid_unknown_fields=True):
    guild_id: Id
    action: Literal["create", "update", "delete"]
    role_id: Id | None = None
    name: str | None = None
    color: int | None = None
    permissions: str | None = None
    actor_id: Id | None = None


class Availability(Struct, kw_only=True, forbid_unknown_fields=True):
    state: Literal["unavailable", "available", "removed", "rejoined"]


class Said(Struct, kw_only=True, forbid_unknown_fields=True):
    user_id: Id
    content: str


def _guild(world: World, guild_id: Id) -> Guild:
    guild = world.state.guilds.get(id_of(guild_id, "guild_id"))
    if guild is None:
        raise Problem(404, "unknown_guild", "There is no such guild.")
    return guild


def _newcomer(world: World, name: str | None) -> User:
    identifier = world.new_id()
    shown = name or f"Visitor {identifier % 100_000:05d}"
    user = User(id=identifier, username=shown.lower().replace(" ", "."), global_name=shown)
    world.state.users[identifier] = user
    return user


async def change_members(world: World, request: Request) -> Response:
    """Answers `{"user_ids": [...]}`. Without `user_id` a new person joins."""
    wanted = await body_of(request, MembersChange)
    guild = _guild(world, wanted.guild_id)
    if wanted.action == "bulk_join":
        if not 1 <= wanted.count <= _MAX_JOINS:
            raise Problem(400, "bad_count", f"count is 1 to {_MAX_JOINS}.")
        users = [_newcomer(world, None) for _ in range(wanted.count)]
    elif wanted.user_id is None:
        if wanted.action == "leave":
            raise Problem(400, "missing_user", "Who leaves?")
        users = [_newcomer(world, wanted.name)]
    else:
        users = [world.user(id_of(wanted.user_id, "user_id"))]
    for user in users:
        if wanted.action == "leave":
            world.member(guild, user.id)
            if user.id in (world.bot_id, guild.owner_id):
                raise Problem(400, "may_not_leave", "Neither the bot nor the owner leaves this way.")
            member_acts.leave(world, guild, user)
        else:
            if user.id in guild.members:
                raise Problem(409, "already_member", "That person is in the guild already.")
            if user.id in guild.bans:
                raise Problem(403, "banned", "That person is banned.")
            member_acts.join(world, guild, user)
    return reply({"user_ids": [str(user.id) for user in users]}, 201)


async def change_member(world: World, request: Request) -> Response:
    """PATCH: roles or nickname, as if the owner (or `actor_id`) did it by hand."""
    wanted = await body_of(request, RolesOf)
    guild = _guild(world, request.path_params["guild_id"])
    member = world.member(guild, id_of(request.path_params["user_id"], "user_id"))
    fields: dict[str, Any] = {}
    if wanted.roles is not None:
        fields["roles"] = [world.role(guild, id_of(row, "role")).id for row in wanted.roles]
    if wanted.nick is not None:
        fields["nick"] = wanted.nick or None
    actor = guild.owner_id if wanted.actor_id is None else id_of(wanted.actor_id, "actor_id")
    member_acts.change(world, guild, member, fields, actor_id=actor, reason=None)
    return reply(payloads.member(member, world.user(member.user_id)))


async def change_role(world: World, request: Request) -> Response:
    """Answers the role, also a deleted one."""
    wanted = await body_of(request, RoleChange)
    guild = _guild(world, wanted.guild_id)
    actor = guild.owner_id if wanted.actor_id is None else id_of(wanted.actor_id, "actor_id")
    fields: dict[str, Any] = {}
    if wanted.name:
        fields["name"] = wanted.name[:100]
    if wanted.color is not None:
        fields["color"] = max(0, min(wanted.color, 0xFFFFFF))
    if wanted.permissions is not None:
        fields["permissions"] = id_of(wanted.permissions, "permissions")
    role: Role
    if wanted.action == "create":
        role = role_acts.create(world, guild, fields, actor_id=actor, reason=None)
    else:
        role = world.role(guild, id_of(wanted.role_id, "role_id"))
        if wanted.action == "update":
            role_acts.change(world, guild, role, fields, actor_id=actor, reason=None)
        elif role.managed or role.id == guild.id:
            raise Problem(400, "may_not_delete", "This role can't be deleted.")
        else:
            role_acts.delete(world, guild, role, actor_id=actor, reason=None)
    return reply(payloads.role(role), 201 if wanted.action == "create" else 200)


async def set_availability(world: World, request: Request) -> Response:
    """unavailable and available: an outage. removed and rejoined: the bot is thrown out and comes back."""
    wanted = (await body_of(request, Availability)).state
    guild = _guild(world, request.path_params["guild_id"])
    payload: dict[str, Any] = {"id": str(guild.id)}
    if wanted == "unavailable":
        guild.unavailable = True
        world.emit("GUILD_DELETE", payload | {"unavailable": True}, guild_id=guild.id)
    elif wanted == "removed":
        guild.bot_removed = True
        world.state.commands.pop(guild.id, None)
        world.emit("GUILD_DELETE", payload, guild_id=guild.id)
    else:
        guild.unavailable = guild.bot_removed = False
        announce(world, guild)
        world.touch()
    world.feed.publish("availability", {"guild_id": str(guild.id), "state": wanted})
    return reply({"guild_id": str(guild.id), "state": wanted})


async def post_message(world: World, request: Request) -> Response:
    """A person says something in a channel."""
    said = await body_of(request, Said)
    channel, guild = world.channel(id_of(request.path_params["channel_id"], "channel_id"))
    user = world.user(id_of(said.user_id, "user_id"))
    if not said.content.strip() or len(said.content) > 2000:
        raise Problem(400, "bad_content", "A message has 1 to 2000 characters.")
    if guild is not None:
        bits = in_channel(guild, world.member(guild, user.id), channel, world.now())
        if not bits & Permission.SEND_MESSAGES:
            raise Problem(403, "forbidden_channel", "That person may not write in this channel.")
    message = message_acts.post(world, channel, guild, author_id=user.id, content=said.content)
    return reply(message_acts.render(world, message, guild), 201)
