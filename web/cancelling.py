"""Calling a command off while nobody runs it: on record, and told to whoever watches."""

from __future__ import annotations

from uuid import UUID

from loguru import logger

from bus.errors import BusError
from bus.ids import new_id
from models.command_record import CommandRecord
from models.ledger_types import AuditRecord
from models.outcome import Outcome
from models.spec import CommandSpec
from models.state_event import state_event
from web.parts import Parts
from web.principal import Principal
from web.problems import Problem

__all__ = ["cancel_command"]

_ANNOUNCE_SECONDS = 1.0


async def cancel_command(
    parts: Parts, record: CommandRecord, spec: type[CommandSpec], principal: Principal, *, correlation_id: UUID
) -> None:
    """Raises Problem `not_cancellable` for one that runs or has ended otherwise; one that was cancelled stays so."""
    if record.state == "cancelled":
        return
    now = parts.clock.now()
    outcome = Outcome(f"Cancelled by {principal.name or principal.id}", code="cancelled")
    detail = {"state": "cancelled", "correlation_id": str(correlation_id)}
    audit = AuditRecord(new_id(now), "outcome", now, reason=outcome.message, detail=detail, actor=principal.actor)
    settled = await parts.ledger.cancel(record.id, outcome=outcome, audit=audit)
    if settled.revision is None:
        raise Problem("not_cancellable", f"It is {record.state.replace('_', ' ')}: only what waits can be cancelled.")
    message = state_event(
        record,
        state="cancelled",
        revision=settled.revision,
        attempt=record.attempt,
        audience=spec.audience,
        subject=record.subject,
        now=now,
        outcome=outcome,
    )
    try:
        await parts.transport.publish(message, timeout_seconds=_ANNOUNCE_SECONDS)
    except BusError as error:
        # It is cancelled all the same: the worker finds that in the ledger.
        logger.warning("command.cancelled of {} was not published: {}", record.id, error)
