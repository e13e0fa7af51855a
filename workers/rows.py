"""What a worker asks the ledger to write: claims with their audit rows, and settlements. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from bus.ids import new_id
from models.ledger_types import AuditRecord, Claim, Settlement
from models.outcome import Outcome
from models.spec import OUTSIDE, options_of
from workers.endings import Ending
from workers.gate import Refusal
from workers.work import Work

__all__ = ["claim_finished", "claim_refused", "claim_running", "settlement"]


_NAMED = frozenset(("member", "role", "channel"))


def claim_running(work: Work, *, now: datetime) -> Claim:
    """A claim before an effect: the audit row states the intent (FEATURES.md X3)."""
    audit = AuditRecord(new_id(now), "intent", now, reason=_reason(work), detail=_detail(work, now))
    return Claim(work.command, work.received.subject, "running", audit, permission_at=_permission_at(work))


def claim_finished(work: Work, outcome: Outcome, *, now: datetime) -> Claim:
    """A claim that is the end at once: claim, audit and outcome in one statement."""
    audit = _outcome_record(work, "succeeded", outcome, now)
    at = _permission_at(work)
    return Claim(work.command, work.received.subject, "succeeded", audit, outcome, permission_at=at)


def claim_refused(work: Work, *, now: datetime) -> Claim:
    """A claim that records why nothing was done, or that it waits for a second person, and for what."""
    refusal = work.refusal
    if refusal is None:
        raise ValueError("nothing was refused")
    if refusal.state == "awaiting_approval":
        return _claim_waiting(work, refusal, now)
    detail = {**_detail(work, now), "code": refusal.code, "message": refusal.message}
    audit = AuditRecord(new_id(now), "refusal", now, reason=_reason(work), detail=detail)
    return Claim(work.command, work.received.subject, refusal.state, audit, Outcome(refusal.message, code=refusal.code))


def _claim_waiting(work: Work, refusal: Refusal, now: datetime) -> Claim:
    command = msgspec.structs.replace(work.command, expires_at=refusal.until)
    detail = {**_detail(work, now), "approval": "requested", "message": refusal.message}
    audit = AuditRecord(new_id(now), "note", now, reason=_reason(work), detail=detail)
    outcome = Outcome(refusal.message, code=refusal.code)
    return Claim(command, work.received.subject, refusal.state, audit, outcome, permission_at=_permission_at(work))


def settlement(work: Work, ending: Ending, *, now: datetime) -> Settlement:
    """The end of an attempt under the work's hold."""
    if work.hold is None:
        raise ValueError("only a held command can be settled")
    retry = ending.retry
    return Settlement(
        id=work.command.id,
        fence=work.hold.fence,
        state=ending.state,
        attempt=work.attempt if retry is None else retry.attempt,
        outcome=ending.outcome,
        audit=_outcome_record(work, ending.state, ending.outcome, now),
        on_its_way_seconds=ending.on_its_way_seconds if work.spec.effect in OUTSIDE else None,
        next_attempt_at=None if retry is None else now + timedelta(seconds=retry.delay_seconds),
    )


def _outcome_record(work: Work, state: str, outcome: Outcome, now: datetime) -> AuditRecord:
    detail = {**_detail(work, now), "state": state, "code": outcome.code, "message": outcome.message}
    return AuditRecord(
        new_id(now),
        "outcome",
        now,
        reason=_reason(work),
        before=outcome.before,
        after=outcome.after,
        detail=detail,
    )


def _targets(work: Work) -> dict[str, Any]:
    """Whom and what it is about, by option: the subject names only what a command sets."""
    kinds = {option.name: option.kind for option in options_of(work.spec)}
    named = ((name, getattr(work.options, name)) for name, kind in kinds.items() if kind in _NAMED)
    found = {name: str(int(value)) for name, value in named if value is not None}
    return {"targets": found} if found else {}


def _permission_at(work: Work) -> datetime | None:
    return None if work.authority is None else work.authority.at


def _reason(work: Work) -> str:
    return str(getattr(work.options, "reason", ""))


def _detail(work: Work, now: datetime) -> dict[str, Any]:
    detail: dict[str, Any] = {"attempt": work.attempt, **_targets(work)}
    if work.authority is not None:
        detail |= work.authority.detail(now)
    if work.command.dry_run:
        detail["dry_run"] = True
    return detail
