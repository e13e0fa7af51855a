"""A command as the ledger stores it, for reading; and the envelope that can be made of it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from bus.envelopes import Actor, Command, Lane, Source
from bus.ids import Snowflake
from models.approvals import Decision, decision_from_text
from models.ledger_verdict import outcome_from_text
from models.outcome import CommandState, Outcome

__all__ = ["CommandRecord", "command_from_row", "record_from_row"]


class CommandRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the ledger; as JSON it is what the API shows of a command."""

    id: UUID
    type: str
    version: int
    lane: Lane
    guild_id: Snowflake | None
    subject: str | None
    actor: Actor
    source: Source
    correlation_id: UUID
    causation_id: UUID | None
    parent_id: UUID | None
    issued_at: datetime
    expires_at: datetime | None
    dry_run: bool
    options: dict[str, Any]
    trace: str | None
    state: CommandState
    attempt: int
    revision: int
    outcome: Outcome | None
    next_attempt_at: datetime | None
    lease_until: datetime | None
    created_at: datetime
    updated_at: datetime
    settled_at: datetime | None
    delivered_at: datetime | None
    channel_id: Snowflake | None
    ephemeral: bool
    locale: str | None
    approval: Decision | None


_SAME_NAME = tuple(
    name
    for name in CommandRecord.__struct_fields__
    if name not in ("guild_id", "actor", "options", "outcome", "channel_id", "approval")
)


def record_from_row(row: Mapping[str, Any]) -> CommandRecord:
    """A CommandRecord from a row with all columns of `commands`."""
    return CommandRecord(
        guild_id=_snowflake(row["guild_id"]),
        actor=_actor(row),
        options=msgspec.json.decode(row["options"]),
        outcome=outcome_from_text(row["outcome"]),
        channel_id=_snowflake(row["channel_id"]),
        approval=decision_from_text(row["approval"]),
        **{name: row[name] for name in _SAME_NAME},
    )


def command_from_row(row: Mapping[str, Any]) -> Command:
    """The envelope again, with the row's attempt; `reply_to` and what Discord had granted are gone.

    The row does not tell whether an attempt that was begun had its effect: it may have, from the moment of issue on.
    """
    begun = row["state"] == "running" or row["attempt"] > 1
    return Command(
        id=row["id"],
        type=row["type"],
        version=row["version"],
        guild_id=_snowflake(row["guild_id"]),
        subject=row["subject"],
        actor=_actor(row),
        source=row["source"],
        lane=row["lane"],
        correlation_id=row["correlation_id"],
        causation_id=row["causation_id"],
        parent_id=row["parent_id"],
        issued_at=row["issued_at"],
        expires_at=row["expires_at"],
        attempt=row["attempt"],
        in_doubt_since=row["issued_at"] if begun else None,
        dry_run=row["dry_run"],
        trace=row["trace"],
        options=msgspec.json.decode(row["options"]),
    )


def _actor(row: Mapping[str, Any]) -> Actor:
    return Actor(kind=row["actor_kind"], id=row["actor_id"], name=row["actor_name"])


def _snowflake(value: int | None) -> Snowflake | None:
    return None if value is None else Snowflake(value)
