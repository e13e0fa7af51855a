"""What a session is told when it begins."""

from __future__ import annotations

from typing import Any

from sandbox import payloads
from sandbox.gateway.intents import Intent
from sandbox.gateway.session import Session
from sandbox.settings import GATEWAY_PATH
from sandbox.snowflakes import shard_of
from sandbox.state import Guild
from sandbox.world import World

__all__ = ["announce", "gateway_url", "guild_create", "guilds_of", "ready"]


def gateway_url(world: World) -> str:
    return "ws" + world.public_url.removeprefix("http").rstrip("/") + GATEWAY_PATH


def guilds_of(world: World, session: Session) -> list[Guild]:
    index, count = session.shard
    return [g for g in world.state.guilds.values() if not g.bot_removed and shard_of(g.id, count) == index]


def ready(world: World, session: Session) -> dict[str, Any]:
    bot = world.state.users[world.bot_id]
    return {
        "v": 10,
        "user": payloads.user(bot) | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0, "bot": True},
        "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds_of(world, session)],
        "session_id": session.id,
        "session_type": "normal",
        "resume_gateway_url": gateway_url(world),
        "shard": list(session.shard),
        "application": {"id": str(world.settings.application_id), "flags": 1 << 23},
        "private_channels": [],
        "user_settings": {},
        "relationships": [],
        "presences": [],
        "guild_join_requests": [],
        "geo_ordered_rtc_regions": [],
        "_trace": ["sandbox"],
    }


def guild_create(world: World, guild: Guild, intents: int) -> dict[str, Any]:
    """Without the presence intent Discord lists only the bot itself as a member."""
    shown = guild.members.values() if intents & Intent.GUILD_PRESENCES else [guild.members[world.bot_id]]
    members = [payloads.member(row, world.state.users[row.user_id]) for row in shown]
    return payloads.guild_create(guild, members, guild.members[world.bot_id])


def announce(world: World, guild: Guild) -> None:
    """GUILD_CREATE to every session, each according to its intents: the guild is (again) there."""
    for session in list(world.gateway.sessions.values()):
        payload = guild_create(world, guild, session.intents)
        world.gateway.dispatch_to(session, "GUILD_CREATE", payload, guild_id=guild.id)
