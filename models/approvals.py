"""Two people for what cannot be undone (FEATURES.md X5): what waits for a second, for how long, what they said. Pure.

A command whose guild asks for it is `awaiting_approval` until somebody else who may use it too approves or declines it,
or its time is over. What they said is kept in the command's own row; the worker looks at it, and at the rights of both,
when it claims the command.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from bus import codec
from bus.envelopes import Actor, Command
from models.checks import Trouble
from models.command_rules import CommandRules
from models.outcome import CommandState

__all__ = [
    "APPROVAL_LIFE", "Approval", "Decision", "Stage", "Verdict", "deadline_of", "decision_from_text", "needs_approval",
    "stage_of", "trouble_of_moment", "trouble_of_person",
]  # fmt: skip

APPROVAL_LIFE = timedelta(hours=24)
"""How long a command waits for a second person, and until when it must have begun."""

Verdict = Literal["approved", "declined"]
Stage = Literal["ask", "approved", "declined", "begun"]


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a second person said, when, and by which command (`command_id`)."""

    verdict: Verdict
    by: Actor
    at: datetime
    command_id: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """What the ledger knows of a command that needs approval; `state` None where it has no row yet.

    `decision` is the one on the command itself, or, for a child of a bulk, the one on the bulk.
    """

    state: CommandState | None = None
    decision: Decision | None = None
    expires_at: datetime | None = None


def needs_approval(command: Command, rules: Iterable[CommandRules]) -> bool:
    """Whether a second person is asked: `rules` are those of the command and of what it leads to.

    A rehearsal does nothing, and what the platform does by itself was caused by a command that was approved.
    """
    if command.dry_run or command.guild_id is None or command.actor.kind == "system":
        return False
    return any(rule.approval for rule in rules)


def stage_of(approval: Approval) -> Stage:
    """How far it is. What was begun before its guild asked for approvals goes on."""
    if approval.decision is not None:
        return approval.decision.verdict
    return "ask" if approval.state in (None, "queued", "awaiting_approval") else "begun"


def deadline_of(command: Command, now: datetime) -> datetime:
    """Until when it waits: a day from now, or the moment after which whoever sent it does not want it any more.

    That of a slash command is none: it is how long Discord takes answers (FEATURES.md X4).
    """
    latest = now + APPROVAL_LIFE
    if command.expires_at is None or command.source == "bot":
        return latest
    return min(latest, command.expires_at)


def trouble_of_person(*, asked_by: int | None, decided_by: int | None) -> Trouble | None:
    """Why somebody cannot be the second person; both are the user, or the owner of the key, None for nobody's."""
    if decided_by is None:
        words = "Only a person can approve or decline: log in, or use an API key of your own."
        return Trouble("approver_no_person", words, "Ask a person.")
    if decided_by == asked_by:
        words = "It needs somebody else: it was you who asked for it. You can cancel it."
        return Trouble("own_command", words, "Ask somebody else.")
    return None


def trouble_of_moment(approval: Approval, now: datetime) -> Trouble | None:
    """Why there is nothing (more) to decide."""
    if approval.decision is not None:
        by = approval.decision.by
        return Trouble("already_decided", f"{by.name or by.id} {approval.decision.verdict} it already.")
    if approval.state != "awaiting_approval":
        words = f"It does not wait for approval: it is {(approval.state or 'unknown').replace('_', ' ')}."
        return Trouble("not_awaiting_approval", words)
    if approval.expires_at is not None and now >= approval.expires_at:
        return Trouble("approval_expired", "Its time is over: it has to be asked for again.")
    return None


def decision_from_text(text: str | None) -> Decision | None:
    """The decision in a jsonb column, which asyncpg hands over as text."""
    return None if text is None else codec.decode(text.encode(), Decision)
