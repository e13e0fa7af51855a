"""Lines of the audit trail about what people change besides commands: presets, switches, keys, sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bus.envelopes import Actor, Source
from bus.ids import new_id
from models.database import Connection, fetch
from models.ledger_columns import json_text

__all__ = ["Change", "write_note"]

_NOTE = """WITH noted AS (
    INSERT INTO audit (id, guild_id, command_id, type, phase, at, actor_kind, actor_id, actor_name, source,
        correlation_id, reason, before, after, detail)
    SELECT $1, $2, $1, $3, 'note', $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12::jsonb, $13::jsonb
) SELECT 1"""


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes something, from where and when; `correlation_id` and `address` are the request's, if there is one."""

    actor: Actor
    source: Source
    at: datetime
    correlation_id: UUID | None = None
    address: str = ""


async def write_note(
    connection: Connection,
    change: Change,
    *,
    type: str,
    guild_id: int | None,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """One line, in the transaction of the change. It is about no command: its own id stands in for one.

    The address stands in lines of no guild, which operators alone read: no moderator's business is where another lives.
    """
    id = new_id(change.at)
    if guild_id is None and change.address:
        detail = {**(detail or {}), "address": change.address}
    await fetch(
        connection,
        _NOTE,
        id,
        guild_id,
        type,
        change.at,
        change.actor.kind,
        change.actor.id,
        change.actor.name,
        change.source,
        change.correlation_id or id,
        reason,
        json_text(before),
        json_text(after),
        json_text(detail),
    )
