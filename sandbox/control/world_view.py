"""The world and what was done to it, to look at."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox import payloads
from sandbox.acts import messages as message_acts
from sandbox.control.calls import id_of, reply
from sandbox.control.problem import Problem
from sandbox.permissions import Permission, base, in_channel
from sandbox.state import Guild
from sandbox.world import World

__all__ = ["guild_view", "list_effects", "list_guilds", "list_messages", "list_people", "list_requests"]


def guild_view(world: World, guild: Guild) -> dict[str, Any]:
    full = payloads.guild(guild)
    now = world.now()
    return {
        "id": full["id"],
        "name": full["name"],
        "icon": full["icon"],
        "icon_url": f"/sandbox/cdn/icons/{guild.id}/{full['icon']}.svg",
        "owner_id": full["owner_id"],
        "description": guild.description,
        "preferred_locale": guild.preferred_locale,
        "available": not guild.unavailable,
        "bot_is_member": not guild.bot_removed,
        "roles": [payloads.role(row) for row in guild.roles.values()],
        "channels": [payloads.channel(row) for row in guild.channels.values()],
        "members": [
            payloads.member(row, world.state.users[row.user_id]) | {"permissions": str(base(guild, row, now))}
            for row in guild.members.values()
        ],
        "bans": [
            {"user": payloads.user(world.state.users[row.user_id]), "reason": row.reason} for row in guild.bans.values()
        ],
    }


async def list_guilds(world: World, request: Request) -> Response:
    del request
    return reply([guild_view(world, guild) for guild in world.state.guilds.values()])


async def list_people(world: World, request: Request) -> Response:
    """Those one can act as: `[{"user", "who", "guilds": {guild_id: permissions}}]`."""
    del request
    now = world.now()
    rows = []
    for user in world.state.users.values():
        if user.person:
            guilds = {
                str(guild.id): str(base(guild, guild.members[user.id], now))
                for guild in world.state.guilds.values()
                if user.id in guild.members
            }
            rows.append({"user": payloads.user(user), "who": user.person, "guilds": guilds})
    return reply(rows)


async def list_messages(world: World, request: Request) -> Response:
    """As one person sees a channel: `?user_id=`; oldest first, with the ephemeral messages for them."""
    channel, guild = world.channel(id_of(request.path_params["channel_id"], "channel_id"))
    user_id = id_of(request.query_params.get("user_id"), "user_id")
    if guild is not None:
        member = world.member(guild, user_id)
        if not in_channel(guild, member, channel, world.now()) & Permission.VIEW_CHANNEL:
            raise Problem(403, "forbidden_channel", "That person doesn't see this channel.")
    rows = [row for row in channel.messages if row.visible_to in (None, user_id)]
    return reply([message_acts.render(world, row, guild) for row in rows])


async def list_effects(world: World, request: Request) -> Response:
    """The book, oldest first: `?since=` the last `n` one has seen."""
    since = id_of(request.query_params.get("since", "0"), "since")
    return reply(world.book.since(since))


async def list_requests(world: World, request: Request) -> Response:
    del request
    return reply(world.requests.report(world.now()))
