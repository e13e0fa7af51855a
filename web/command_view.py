"""Commands as JSON, and who may look at which."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from bus.envelopes import Actor, Audience, Lane, Source
from bus.ids import Snowflake
from models.approvals import Decision
from models.catalogue import Catalogue
from models.command_record import CommandRecord
from models.events import may_see
from models.outcome import CommandState, Outcome
from web.authorization import Standing
from web.principal import Principal

__all__ = ["CommandView", "may_read", "record_view", "visible_records"]


class CommandView(msgspec.Struct, frozen=True, kw_only=True):
    """What the API says of a command: the ledger's row without what only the workers need."""

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
    attempts: int
    revision: int
    outcome: Outcome | None
    next_attempt_at: datetime | None
    created_at: datetime
    updated_at: datetime
    settled_at: datetime | None
    delivered_at: datetime | None
    approval: Decision | None = None


_SAME_NAME = tuple(name for name in CommandView.__struct_fields__ if name != "attempts")


def record_view(record: CommandRecord) -> CommandView:
    return CommandView(attempts=record.attempt, **{name: getattr(record, name) for name in _SAME_NAME})


def may_read(record: CommandRecord, catalogue: Catalogue, principal: Principal, standing: Standing) -> bool:
    """The same rule as for the command's events: everybody sees what they caused themselves."""
    spec = catalogue.by_type.get(record.type)
    audience: Audience = "admin" if spec is None else spec.audience
    actor_id = record.actor.id if record.actor.kind == "user" else None
    viewer_id = principal.id if principal.kind == "user" else principal.key
    return may_see(audience=audience, actor_id=actor_id, viewer_id=viewer_id, level=standing.level)


def visible_records(
    records: Iterable[CommandRecord], catalogue: Catalogue, principal: Principal, standing: Standing
) -> list[CommandRecord]:
    return [record for record in records if may_read(record, catalogue, principal, standing)]
