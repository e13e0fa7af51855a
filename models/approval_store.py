"""What the ledger knows of approvals: who decided what, and which commands wait to be taken up again."""

from __future__ import annotations

from uuid import UUID

from bus.envelopes import Command
from bus.ids import Snowflake, new_id
from models.approvals import Approval, Decision, decision_from_text
from models.command_record import command_from_row
from models.database import Connection, Database, Record, fetch
from models.ledger_columns import json_text

__all__ = ["APPROVAL_OF", "TAKE_DECIDED", "ApprovalStore", "decide", "lock_approval", "read_command"]

# A child goes with what was decided about its bulk, if it is a child of that bulk: of its guild and its type.
APPROVAL_OF = """
SELECT c.state, c.expires_at, COALESCE(c.approval, p.approval) AS approval
FROM (SELECT $1::uuid AS id) i
LEFT JOIN commands c ON c.id = i.id
LEFT JOIN (
    SELECT p.id, p.approval FROM commands p JOIN bulks b ON b.command_id = p.id
    WHERE p.id = $2 AND b.type = $3 AND b.guild_id = $4
) p ON true
"""

# The row stays as it is but for the decision: whoever receives the command claims it, and looks at both people then.
_DECIDE = """
WITH decided AS (
    UPDATE commands c SET approval = $2::jsonb, next_attempt_at = NULL, revision = c.revision + 1,
        updated_at = clock_timestamp()
    WHERE c.id = $1 RETURNING c.*
),
noted AS (
    INSERT INTO audit (id, guild_id, command_id, type, phase, at, actor_kind, actor_id, actor_name, source,
        correlation_id, subject, reason, detail)
    SELECT $3, d.guild_id, d.id, d.type, 'note', $4, $5, $6, $7, $8, d.correlation_id, d.subject, $9, $10::jsonb
    FROM decided d
)
SELECT revision FROM decided
"""

# Decided, and not yet taken up: from then on the sweeper's margin holds. The condition is that of commands_decided; the
# time makes it an index condition.
TAKE_DECIDED = """
WITH decided AS MATERIALIZED (
    SELECT id FROM commands
    WHERE state = 'awaiting_approval' AND approval IS NOT NULL AND next_attempt_at IS NULL AND updated_at <= now()
    ORDER BY updated_at LIMIT $1 FOR UPDATE SKIP LOCKED
),
taken AS (
    UPDATE commands c SET next_attempt_at = clock_timestamp() FROM decided d WHERE c.id = d.id RETURNING c.*
)
SELECT * FROM taken ORDER BY id
"""
_COMMAND = "SELECT * FROM commands WHERE id = $1 AND guild_id = $2"
_MOST = 200


class ApprovalStore:
    """What workers ask the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, command: Command) -> Approval:
        """What is known of a command that needs approval."""
        [row] = await self._database.fetch(APPROVAL_OF, command.id, command.parent_id, command.type, command.guild_id)
        return _approval(row)

    async def type_of_bulk(self, bulk_id: UUID) -> str | None:
        """The type of a bulk's children; None for one that does not exist."""
        rows = await self._database.fetch("SELECT type FROM bulks WHERE command_id = $1", bulk_id)
        return rows[0]["type"] if rows else None

    async def take_decided(self) -> list[Command]:
        """Commands on which somebody decided since the last time, to be published; several workers share them."""
        return [command_from_row(row) for row in await self._database.fetch(TAKE_DECIDED, _MOST)]


async def read_command(
    connection: Connection, command_id: UUID, guild_id: Snowflake
) -> tuple[Command, Approval] | None:
    """A guild's command; None where the guild has no such command."""
    rows = await fetch(connection, _COMMAND, command_id, guild_id)
    return (command_from_row(rows[0]), _approval(rows[0])) if rows else None


async def lock_approval(connection: Connection, command_id: UUID, guild_id: Snowflake) -> Approval:
    """How far a command is that `read_command` gave, as it stands until the transaction ends."""
    [row] = await fetch(connection, f"{_COMMAND} FOR UPDATE", command_id, guild_id)
    return _approval(row)


async def decide(connection: Connection, command_id: UUID, decision: Decision, *, source: str) -> int:
    """Writes the decision on a command that `lock_approval` holds, and the line of the audit trail that says so.

    Returns the new revision.
    """
    detail = {"approval": decision.verdict, "by_command": str(decision.command_id)}
    [row] = await fetch(
        connection,
        _DECIDE,
        command_id,
        json_text(decision),
        new_id(decision.at),
        decision.at,
        decision.by.kind,
        decision.by.id,
        decision.by.name,
        source,
        decision.reason,
        json_text(detail),
    )
    return int(row["revision"])


def _approval(row: Record) -> Approval:
    return Approval(row["state"], decision_from_text(row["approval"]), row["expires_at"])
