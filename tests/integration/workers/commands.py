"""Commands as the bot publishes them, for the sandbox's guilds and people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bus.clock import SystemClock
from bus.envelopes import Actor, Command, Grant, ReplyTo
from bus.ids import Snowflake, new_id
from models.permissions import EVERYTHING
from sandbox.interactions.store import Interaction
from sandbox.seed import GUILD_ONE, person_id
from sandbox.settings import SandboxSettings

__all__ = ["ANNOUNCEMENTS", "CROWD", "EVENTS_ROLE", "GENERAL", "MEMBER", "OWNER", "a_command", "a_grant", "answered_at"]

CLOCK = SystemClock()
OWNER = str(person_id("owner"))
MEMBER = str(person_id("member"))
CROWD = [str(person_id("owner") + 100 + index) for index in range(10)]
EVENTS_ROLE = str(GUILD_ONE + 4)
ANNOUNCEMENTS = str(GUILD_ONE + 21)
GENERAL = str(GUILD_ONE + 22)


def a_grant(permissions: int = EVERYTHING, *, age_seconds: float = 0.0) -> Grant:
    """What Discord said of the actor in the interaction."""
    return Grant(permissions=str(permissions), at=CLOCK.now() - timedelta(seconds=age_seconds))


def a_command(type: str, options: dict[str, Any] | None = None, **changes: Any) -> Command:
    now = CLOCK.now()
    id = changes.pop("id", None) or new_id(now)
    values: dict[str, Any] = {
        "guild_id": Snowflake(GUILD_ONE),
        "actor": Actor(kind="user", id=OWNER, name="Ada Marsh"),
        "source": "bot",
        "grant": a_grant(),
        "correlation_id": id,
        "issued_at": now,
        "options": options or {},
    }
    return Command(id=id, type=type, **{**values, **changes})


def answered_at(one: Interaction, *, ephemeral: bool = False) -> ReplyTo:
    """Where the bot says that the answer goes."""
    return ReplyTo(
        application_id=Snowflake(SandboxSettings().application_id),
        token=one.token,
        channel_id=Snowflake(one.channel_id),
        ephemeral=ephemeral,
    )
