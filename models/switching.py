"""Flipping a kill switch: what is off, who did it and why, and the version that tells everybody, in one transaction."""

from __future__ import annotations

from models.audit_notes import Change, write_note
from models.control import Switch, set_switch
from models.database import Connection, fetch

__all__ = ["SWITCH_TYPE", "flip"]

SWITCH_TYPE = "platform.switch"
"""The type of its lines in the audit trail."""


async def flip(connection: Connection, switch: Switch, change: Change, *, off: bool) -> int:
    """Returns the new control version: announce it after the commit, so that nobody waits for the next look."""
    scope = {"scope": switch.scope, **({"command": switch.command_type} if switch.command_type else {})}
    rows = await fetch(
        connection,
        "SELECT off FROM switches WHERE scope = $1 AND guild_id = $2 AND command_type = $3",
        switch.scope,
        switch.guild_id,
        switch.command_type,
    )
    was_off = bool(rows and rows[0]["off"])
    version = await set_switch(connection, switch, off=off)
    await write_note(
        connection,
        change,
        type=SWITCH_TYPE,
        guild_id=switch.guild_id or None,
        reason=switch.reason,
        before={"switched off": was_off},
        after={"switched off": off},
        detail=scope,
    )
    return version
