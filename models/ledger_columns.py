"""Commands and audit records as columns: each statement of the ledger takes one array per column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bus import codec
from bus.envelopes import Command
from models.ledger_types import AuditRecord

__all__ = ["AUDIT_COLUMNS", "COMMAND_COLUMNS", "as_arrays", "audit_values", "command_values", "json_text", "unnest"]

COMMAND_COLUMNS: tuple[tuple[str, str], ...] = (
    ("id", "uuid"),
    ("guild_id", "bigint"),
    ("type", "text"),
    ("version", "smallint"),
    ("lane", "text"),
    ("subject", "text"),
    ("actor_kind", "text"),
    ("actor_id", "text"),
    ("actor_name", "text"),
    ("source", "text"),
    ("correlation_id", "uuid"),
    ("causation_id", "uuid"),
    ("parent_id", "uuid"),
    ("issued_at", "timestamptz"),
    ("expires_at", "timestamptz"),
    ("dry_run", "boolean"),
    ("options", "jsonb"),
    ("channel_id", "bigint"),
    ("ephemeral", "boolean"),
    ("locale", "text"),
    ("trace", "text"),
    ("attempt", "integer"),
)

AUDIT_COLUMNS: tuple[tuple[str, str], ...] = (
    ("audit_id", "uuid"),
    ("audit_phase", "text"),
    ("audit_at", "timestamptz"),
    ("audit_reason", "text"),
    ("audit_before", "jsonb"),
    ("audit_after", "jsonb"),
    ("audit_detail", "jsonb"),
    ("by_kind", "text"),
    ("by_id", "text"),
    ("by_name", "text"),
)


def unnest(columns: Sequence[tuple[str, str]], *, first: int = 1) -> str:
    """`unnest($1::uuid[], …) AS i(id, …)`, the parameters numbered from `first`."""
    arrays = ", ".join(f"${first + n}::{kind}[]" for n, (_, kind) in enumerate(columns))
    return f"unnest({arrays}) AS i({', '.join(name for name, _ in columns)})"


def as_arrays(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned into one list per column. A column of nothing but NULL is an empty array, which `unnest` fills up
    beside longer ones: asyncpg looks at every element twice."""
    columns = zip(*rows, strict=True) if rows else ((),) * width
    return [[] if all(value is None for value in column) else list(column) for column in columns]


def command_values(command: Command, subject: str | None) -> tuple[Any, ...]:
    """One row of COMMAND_COLUMNS. Of `reply_to`, the token stays out: only where and how to answer is kept."""
    to = command.reply_to
    return (
        command.id,
        command.guild_id,
        command.type,
        command.version,
        command.lane,
        subject,
        command.actor.kind,
        command.actor.id,
        command.actor.name,
        command.source,
        command.correlation_id,
        command.causation_id,
        command.parent_id,
        command.issued_at,
        command.expires_at,
        command.dry_run,
        json_text(command.options) or "{}",
        None if to is None else to.channel_id,
        to is not None and to.ephemeral,
        None if to is None else to.locale,
        command.trace,
        command.attempt,
    )


def audit_values(audit: AuditRecord | None) -> tuple[Any, ...]:
    """One row of AUDIT_COLUMNS; all of it NULL where nothing is to be written."""
    if audit is None:
        return (None,) * len(AUDIT_COLUMNS)
    by = audit.actor
    return (
        audit.id,
        audit.phase,
        audit.at,
        audit.reason,
        json_text(audit.before),
        json_text(audit.after),
        json_text(audit.detail),
        None if by is None else by.kind,
        None if by is None else by.id,
        None if by is None else by.name,
    )


def json_text(value: Any) -> str | None:
    """`value` as JSON text; None stays SQL's NULL. Raises InvalidMessage for half a surrogate pair."""
    return None if value is None else codec.encode_lenient(value).decode()
