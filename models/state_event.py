"""A command's change of state as everybody announces it: the web process, and the workers."""

from __future__ import annotations

from datetime import datetime

from bus import codec
from bus.envelopes import Audience, Command, Event
from bus.ids import derived_id, id_time
from bus.transport import Message
from models.command_record import CommandRecord
from models.events import CommandChanged, make_event
from models.outcome import CommandState, Outcome

__all__ = ["state_event"]


def state_event(
    command: Command | CommandRecord,
    *,
    state: CommandState,
    revision: int,
    attempt: int,
    audience: Audience,
    subject: str | None,
    now: datetime,
    outcome: Outcome | None = None,
    next_attempt_at: datetime | None = None,
) -> Message:
    """`command.<state>` for the live stream; its id is the same whenever the same revision is published again."""
    data = CommandChanged(
        command_id=command.id,
        command=command.type,
        state=state,
        revision=revision,
        attempt=attempt,
        actor_kind=command.actor.kind,
        actor_id=command.actor.id,
        actor_name=command.actor.name,
        subject=subject,
        message="" if outcome is None else outcome.message,
        code="ok" if outcome is None else outcome.code,
        next_attempt_at=next_attempt_at,
        causation_id=command.causation_id,
        parent_id=command.parent_id,
        dry_run=command.dry_run,
        issued_at=command.issued_at,
    )
    event: Event = make_event(
        data,
        id=derived_id(id_time(command.id), "state", command.id, revision),
        guild_id=command.guild_id,
        timestamp=now,
        source=command.source,
        type=f"command.{state}",
        audience=audience,
        correlation_id=command.correlation_id,
        actor_id=command.actor.id if command.actor.kind == "user" else None,
    )
    return Message("results", f"{command.source}.{command.type}.{state}", codec.encode(event))
