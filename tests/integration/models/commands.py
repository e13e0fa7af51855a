"""Commands, claims and settlements for the ledger's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from bus.envelopes import Actor, Command
from bus.ids import Snowflake, new_id
from models.database import Database
from models.ledger import Ledger
from models.ledger_types import AuditRecord, Claim, Claimed, Settlement
from models.outcome import CommandState, Outcome

GUILD = Snowflake(1234567890123456789)
_last = datetime.now(UTC)


def _next_millisecond(now: datetime) -> datetime:
    """Ids of one millisecond are in no order; those of tests are in the order they were asked for."""
    global _last
    _last = max(now, _last + timedelta(milliseconds=1))
    return _last


def command(*, id: UUID | None = None, **fields: Any) -> Command:
    now = datetime.now(UTC)
    id_ = id or new_id(_next_millisecond(now))
    defaults: dict[str, Any] = {
        "type": "moderation.ban",
        "guild_id": GUILD,
        "actor": Actor("user", "42", "Ada"),
        "source": "dashboard",
        "correlation_id": id_,
        "issued_at": now,
        "options": {"member": "123", "reason": "spam"},
    }
    return Command(id=id_, **(defaults | fields))


def audit(phase: Literal["intent", "outcome", "refusal", "note"] = "intent", **fields: Any) -> AuditRecord:
    now = datetime.now(UTC)
    return AuditRecord(new_id(now), phase, now, **fields)


def claim(
    command: Command,
    state: Literal["running", "awaiting_approval", "succeeded", "refused", "expired", "superseded", "dead"] = "running",
    subject: str | None = None,
) -> Claim:
    outcome = None if state == "running" else Outcome(f"it {state}", code=state)
    return Claim(command, subject, state, audit(), outcome)


def settlement(claimed: Claimed, state: CommandState = "succeeded", **fields: Any) -> Settlement:
    defaults: dict[str, Any] = {
        "attempt": claimed.attempt,
        "outcome": Outcome("done", before={"banned": False}, after={"banned": True}),
        "audit": audit("outcome", before={"banned": False}, after={"banned": True}),
    }
    return Settlement(id=claimed.id, fence=claimed.fence, state=state, **(defaults | fields))


async def take(ledger: Ledger, what: Command, lease: float = 10, subject: str | None = None) -> Claimed:
    [claimed] = await ledger.claim([claim(what, subject=subject)], lease)
    return claimed


async def phases(database: Database, what: Command) -> list[str]:
    rows = await database.fetch("SELECT phase FROM audit WHERE command_id = $1 ORDER BY id", what.id)
    return [row["phase"] for row in rows]
