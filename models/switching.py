"""Flipping a kill switch: what is off, who did it and why, and the version that tells everybody, in one transaction."""

from __future__ import annotations

from datetime import datetime

from bus.envelopes import Actor, Source
from bus.ids import new_id
from models.control import Switch, set_switch
from models.database import Database, fetch
from models.ledger_columns import json_text

__all__ = ["SWITCH_TYPE", "flip"]

SWITCH_TYPE = "platform.switch"
"""The type of its lines in the audit trail."""

_NOTE = """WITH noted AS (
    INSERT INTO audit (id, guild_id, command_id, type, phase, at, actor_kind, actor_id, actor_name, source,
        correlation_id, reason, before, after, detail)
    SELECT $1, NULLIF($2::bigint, 0), $1, $3, 'note', $4, $5, $6, $7, $8, $1, $9, $10::jsonb, $11::jsonb, $12::jsonb
) SELECT 1"""


async def flip(database: Database, switch: Switch, *, off: bool, actor: Actor, source: Source, now: datetime) -> int:
    """Returns the new control version: announce it, so that nobody waits for the next look."""
    scope = {"scope": switch.scope, **({"command": switch.command_type} if switch.command_type else {})}
    async with database.transaction() as connection:
        rows = await fetch(
            connection,
            "SELECT off FROM switches WHERE scope = $1 AND guild_id = $2 AND command_type = $3",
            switch.scope,
            switch.guild_id,
            switch.command_type,
        )
        was_off = bool(rows and rows[0]["off"])
        version = await set_switch(connection, switch, off=off)
        await fetch(
            connection,
            _NOTE,
            new_id(now),
            switch.guild_id,
            SWITCH_TYPE,
            now,
            actor.kind,
            actor.id,
            actor.name,
            source,
            switch.reason,
            json_text({"switched off": was_off}),
            json_text({"switched off": off}),
            json_text(scope),
        )
    return version
