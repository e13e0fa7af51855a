"""Users and the bot itself. https://discord.com/developers/docs/resources/user"""

from __future__ import annotations

from sandbox import payloads
from sandbox.acts import channels as channel_acts
from sandbox.errors import FORBIDDEN, MISSING_ACCESS, UNKNOWN_GUILD
from sandbox.gateway.ready import gateway_url
from sandbox.permissions import base
from sandbox.rest.call import Answer, Call
from sandbox.rest.forms import Field, read, snowflake
from sandbox.state import Guild
from sandbox.world import World

__all__ = [
    "create_dm", "get_application", "get_gateway", "get_gateway_bot", "get_me", "get_my_guilds", "get_my_member",
    "get_user", "leave_guild",
]  # fmt: skip


def get_me(world: World, call: Call) -> Answer:
    user = world.user(call.user_id)
    body = payloads.user(user)
    if call.scopes is None:
        return Answer(body=body | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0, "locale": "en-US"})
    if "identify" not in call.scopes:
        raise FORBIDDEN.error()
    body |= {"mfa_enabled": False, "locale": user.locale, "flags": 0, "premium_type": 0}
    if "email" in call.scopes:
        body |= {"email": user.email, "verified": True}
    return Answer(body=body)


def get_user(world: World, call: Call) -> Answer:
    return Answer(body=payloads.user(world.user(call.ids["user_id"])))


def _of_user(world: World, user_id: int) -> list[Guild]:
    """A person's own guilds, also those that the bot has left; the bot's only where it is."""
    rows = [guild for guild in world.state.guilds.values() if user_id in guild.members]
    if user_id == world.bot_id:
        rows = [guild for guild in rows if not guild.bot_removed]
    return sorted(rows, key=lambda guild: guild.id)


def get_my_guilds(world: World, call: Call) -> Answer:
    """Partial guilds with the person's permissions; `before`, `after`, `limit`, `with_counts`."""
    if call.scopes is not None and "guilds" not in call.scopes:
        raise FORBIDDEN.error()
    before, after = call.snowflake("before"), call.snowflake("after")
    limit = call.number("limit", 200, 1, 200)
    rows = []
    for guild in _of_user(world, call.user_id):
        if (before is not None and guild.id >= before) or (after is not None and guild.id <= after):
            continue
        row: payloads.Json = {
            "id": str(guild.id),
            "name": guild.name,
            "icon": payloads.avatar_hash(guild.id),
            "banner": None,
            "owner": guild.owner_id == call.user_id,
            "permissions": str(base(guild, guild.members[call.user_id], world.now())),
            "features": [],
        }
        if call.query.get("with_counts") == "true":
            row |= {"approximate_member_count": len(guild.members), "approximate_presence_count": 1}
        rows.append(row)
    return Answer(body=rows[:limit])


def get_my_member(world: World, call: Call) -> Answer:
    if call.scopes is None or "guilds.members.read" not in call.scopes:
        raise FORBIDDEN.error()
    guild = world.state.guilds.get(call.ids["guild_id"])
    if guild is None or call.user_id not in guild.members:
        raise UNKNOWN_GUILD.error()
    return Answer(body=payloads.member(guild.members[call.user_id], world.user(call.user_id)))


def leave_guild(world: World, call: Call) -> Answer:
    guild = world.guild(call.ids["guild_id"])
    guild.bot_removed = True
    world.emit("GUILD_DELETE", {"id": str(guild.id)}, guild_id=guild.id)
    return Answer(status=204, guild_id=guild.id)


def create_dm(world: World, call: Call) -> Answer:
    form = read(call.dictionary(), {"recipient_id": Field(snowflake, required=True)})
    user = world.user(form["recipient_id"])
    if user.bot:
        raise MISSING_ACCESS.error()
    known = len(world.state.direct)
    channel = channel_acts.direct(world, user)
    return Answer(body=payloads.channel(channel, user), target=channel.id, changed=len(world.state.direct) > known)


def get_application(world: World, call: Call) -> Answer:
    del call
    settings = world.settings
    owner = next((user for user in world.state.users.values() if user.person), None)
    body: payloads.Json = {
        "id": str(settings.application_id),
        "name": settings.application_name,
        "icon": None,
        "description": "A bot in the sandbox.",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": settings.public_key,
        "flags": 1 << 23,
        "team": None,
        "tags": [],
        "rpc_origins": [],
        "redirect_uris": list(settings.redirect_uris),
        "owner": payloads.user(owner) if owner else None,
        "bot": payloads.user(world.user(world.bot_id)),
        "approximate_guild_count": len(_of_user(world, world.bot_id)),
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "integration_types_config": {"0": {}},
    }
    return Answer(body=body)


def get_gateway(world: World, call: Call) -> Answer:
    del call
    return Answer(body={"url": gateway_url(world)})


def get_gateway_bot(world: World, call: Call) -> Answer:
    del call
    starts = {"total": 1000, "remaining": 1000, "reset_after": 86_400_000, "max_concurrency": 1}
    return Answer(body={"url": gateway_url(world), "shards": 1, "session_start_limit": starts})
