"""Calling a command off while nobody runs it: on record, and told to whoever watches."""

from __future__ import annotations

from uuid import UUID

from loguru import logger

from bus import codec
from bus.errors import BusError
from bus.ids import derived_id, id_time, new_id
from bus.transport import Message
from models.command_record import CommandRecord
from models.events import CommandChanged, make_event
from models.ledger_types import AuditRecord
from models.outcome import Outcome
from models.spec import CommandSpec
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
    event = _cancelled(record, spec, outcome, settled.revision)
    data = make_event(
        event,
        id=derived_id(id_time(record.id), "state", record.id, settled.revision),
        guild_id=record.guild_id,
        timestamp=now,
        source=record.source,
        type="command.cancelled",
        audience=spec.audience,
        correlation_id=record.correlation_id,
        actor_id=record.actor.id if record.actor.kind == "user" else None,
    )
    message = Message("results", f"{record.source}.{record.type}.cancelled", codec.encode(data))
    try:
        await parts.transport.publish(message, timeout_seconds=_ANNOUNCE_SECONDS)
    except BusError as error:
        # It is cancelled all the same: the worker finds that in the ledger.
        logger.warning("command.cancelled of {} was not published: {}", record.id, error)


def _cancelled(record: CommandRecord, spec: type[CommandSpec], outcome: Outcome, revision: int) -> CommandChanged:
    return CommandChanged(
        command_id=record.id,
        command=spec.type,
        state="cancelled",
        revision=revision,
        attempt=record.attempt,
        actor_kind=record.actor.kind,
        actor_id=record.actor.id,
        actor_name=record.actor.name,
        subject=record.subject,
        message=outcome.message,
        code=outcome.code,
        causation_id=record.causation_id,
        parent_id=record.parent_id,
        dry_run=record.dry_run,
        issued_at=record.issued_at,
    )
