"""A command's timeline: requested, started, tried again, ended, answered; from the ledger and the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from bus.envelopes import Source
from models.command_record import CommandRecord
from models.database import Database
from models.ledger import Ledger
from models.queries import AuditEntry, audit_of

__all__ = ["Step", "steps_of", "timeline"]

StepKind = Literal[
    "requested",
    "queued",
    "started",
    "ended",
    "refused",
    "noted",
    "waiting",
    "approved",
    "declined",
    "settled",
    "delivered",
]

_PHASES: dict[str, tuple[StepKind, str]] = {
    "intent": ("started", "Started, attempt {attempt}"),
    "outcome": ("ended", "Attempt {attempt}"),
    "refusal": ("refused", "Refused"),
    "note": ("noted", "Noted"),
}
# Lines about a second person say so in their detail.
_APPROVALS: dict[str, tuple[StepKind, str]] = {
    "requested": ("waiting", "Waits for a second person"),
    "approved": ("approved", "Approved by {who}"),
    "declined": ("declined", "Declined by {who}"),
}

_SOURCES: dict[Source, str] = {
    "bot": "on Discord",
    "dashboard": "on the dashboard",
    "api": "over the API",
    "script": "from a script",
    "schedule": "on schedule",
}


class Step(msgspec.Struct, frozen=True):
    """One thing that happened: a word for machines, a sentence for people, and what is known of it."""

    at: datetime
    step: StepKind
    words: str
    detail: dict[str, Any] = {}


async def timeline(database: Database, command_id: UUID) -> list[Step] | None:
    """The steps of a command in order; None where it is unknown."""
    record = await Ledger(database).get(command_id)
    return None if record is None else steps_of(record, await audit_of(database, command_id))


def steps_of(record: CommandRecord, audit: Sequence[AuditEntry]) -> list[Step]:
    """The steps that a command's row and audit rows (oldest first) tell of, in order. Pure."""
    who = record.actor.name or record.actor.id
    asked = f"Requested by {who} {_SOURCES[record.source]}"
    steps = [Step(record.issued_at, "requested", asked, {"source": record.source})]
    if record.created_at > record.issued_at:
        steps.append(Step(record.created_at, "queued", "Accepted"))
    steps.extend(_from_audit(audit))
    if record.state == "retrying" and record.next_attempt_at is not None:
        why = record.outcome.message if record.outcome else ""
        words = f"Waiting for attempt {record.attempt}" + (f": {why}" if why else "")
        steps.append(Step(record.updated_at, "waiting", words, {"next_attempt_at": record.next_attempt_at}))
    if record.settled_at is not None:
        said = record.outcome.message if record.outcome else ""
        words = f"{_in_words(record.state)}: {said}" if said else _in_words(record.state)
        detail = {"state": record.state, "code": record.outcome.code if record.outcome else "ok"}
        steps.append(Step(record.settled_at, "settled", words, detail))
    if record.delivered_at is not None:
        steps.append(Step(record.delivered_at, "delivered", "The answer was delivered"))
    return sorted(steps, key=lambda step: step.at)


def _from_audit(audit: Sequence[AuditEntry]) -> list[Step]:
    steps, attempt = [], 0
    for entry in audit:
        attempt += entry.phase == "intent"
        kind, words = _APPROVALS.get((entry.detail or {}).get("approval", ""), _PHASES[entry.phase])
        number = (entry.detail or {}).get("attempt", max(attempt, 1))
        sentence = words.format(attempt=number, who=entry.actor.name or entry.actor.id) + _said(entry)
        detail = {
            name: value
            for name, value in (("before", entry.before), ("after", entry.after), ("detail", entry.detail))
            if value is not None
        }
        steps.append(Step(entry.at, kind, sentence, detail))
    return steps


def _said(entry: AuditEntry) -> str:
    """What the row tells beyond its phase: how an attempt ended, why nothing was done, what somebody noted."""
    detail = entry.detail or {}
    match entry.phase:
        case "outcome":
            return f": {_in_words(detail['state']).lower()}" if "state" in detail else " ended"
        case "refusal":
            why = detail.get("message") or entry.reason
            return f": {why}" if why else ""
        case "note":
            return f": {entry.reason}" if entry.reason else ""
        case _:
            return ""


def _in_words(state: str) -> str:
    return state.replace("_", " ").capitalize()
