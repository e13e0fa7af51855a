"""What a handler says when it is done, and what the ledger keeps of it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from bus.envelopes import Lane
from bus.ids import Snowflake

__all__ = ["FINAL_STATES", "CommandState", "FollowUp", "Outcome"]

CommandState = Literal[
    "queued",
    "awaiting_approval",
    "running",
    "retrying",
    "succeeded",
    "failed",
    "refused",
    "superseded",
    "in_doubt",
    "dead",
    "expired",
    "cancelled",
]

FINAL_STATES: frozenset[CommandState] = frozenset(
    ("succeeded", "failed", "refused", "superseded", "in_doubt", "dead", "expired", "cancelled")
)


class FollowUp(msgspec.Struct, frozen=True):
    """A command that follows from this one; its id is derived from the cause and its index."""

    type: str
    options: dict[str, Any]
    guild_id: Snowflake | None = None
    lane: Lane = "interactive"


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """The end of a command: a sentence for people, data for machines, before and after for the audit trail.

    `code` is a stable word for machines where the end is no success (`discord_50013`, `not_permitted` …).
    """

    message: str
    code: str = "ok"
    data: dict[str, Any] = {}
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    follow_ups: list[FollowUp] = []
    control_version: int | None = None
    """Set where every process has to read its rules again: since which version of `control`."""
