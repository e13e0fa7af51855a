"""Flipping a kill switch from the web: stored and on record first, then announced, so that nobody waits for it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from loguru import logger

from bus import codec
from bus.errors import BusError
from bus.ids import Snowflake
from bus.transport import Message
from models.audit_notes import Change
from models.control import Scope, Switch
from models.database import Connection
from models.switching import flip
from web.guild_lookup import guild_summary
from web.parts import Parts
from web.problems import Problem

__all__ = ["SwitchRequest", "announce_switches", "check_switch", "flip_switch"]

_ANNOUNCE_SECONDS = 2.0


class SwitchRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What to switch: a command, a guild, a command in a guild, or, where neither is named, the platform.

    `reason` is told to everybody whose command is refused.
    """

    off: bool
    command: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    guild_id: Snowflake | None = None
    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


async def check_switch(parts: Parts, asked: SwitchRequest) -> None:
    """Raises Problem `command_unknown` or `guild_not_found`."""
    if asked.command is not None and asked.command not in parts.catalogue.by_type:
        raise Problem("command_unknown", f"There is no command {asked.command!r}.", field="command")
    if asked.guild_id is not None and await guild_summary(parts.database, asked.guild_id) is None:
        raise Problem("guild_not_found", "The bot is in no server with this id.", field="guild_id")


async def flip_switch(connection: Connection, change: Change, asked: SwitchRequest) -> tuple[Switch, int]:
    """The switch and the new control version, in the caller's transaction."""
    actor = change.actor
    switch = Switch(_scope(asked), int(asked.guild_id or 0), asked.command or "", asked.reason, actor.name or actor.id)
    return switch, await flip(connection, switch, change, off=asked.off)


async def announce_switches(parts: Parts, version: int) -> None:
    """After the commit: every process looks within a second by itself, and at once where it is told."""
    try:
        announcement = Message("control", "", codec.encode({"version": version}))
        await parts.transport.publish(announcement, timeout_seconds=_ANNOUNCE_SECONDS)
    except BusError as error:
        logger.warning("control version {} was not announced: {}", version, error)


def _scope(asked: SwitchRequest) -> Scope:
    if asked.command is not None:
        return "command" if asked.guild_id is None else "guild_command"
    return "platform" if asked.guild_id is None else "guild"
