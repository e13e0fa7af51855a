"""The three books as plain data: what was accepted, what the platform wrote down, what happened outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

__all__ = ["Accepted", "AuditRow", "Books", "Entry", "LedgerRow", "Published", "Session"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A command that somebody was promised: 202, or the broker's confirm. `poison` kills whoever reads it."""

    id: UUID
    type: str
    source: str
    poison: bool = False


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One command as the ledger has it in the end; `children` is how many follow-ups its outcome speaks of."""

    id: UUID
    type: str
    effect: str
    state: str
    guild_id: int | None = None
    subject: str | None = None
    causation_id: UUID | None = None
    children: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """`ended` is whether the row says that the command ended, and not that an attempt did."""

    command_id: UUID
    phase: str
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened outside for a command; `changed` is False for a repeat that changed nothing."""

    command_id: UUID
    changed: bool


@dataclass(frozen=True, slots=True)
class Published:
    """One entry of the stream `live`; `state` and `command_id` are those of a command's event."""

    offset: int
    event_id: str
    guild_id: int | None
    command_id: UUID | None = None
    state: str = ""


@dataclass(slots=True)
class Session:
    """What one live session was shown: from the offset where it began, the ids of its events in their order."""

    name: str
    guild_id: int
    began_at: int = -1
    seen: list[tuple[int, str]] = field(default_factory=list)
    resumed: int = 0
    resets: int = 0


@dataclass(slots=True)
class Books:
    """`unanswered` are accepted slash commands whose deferred answer never changed."""

    accepted: list[Accepted] = field(default_factory=list)
    ledger: list[LedgerRow] = field(default_factory=list)
    audit: list[AuditRow] = field(default_factory=list)
    outside: list[Entry] = field(default_factory=list)
    stream: list[Published] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    unanswered: list[UUID] = field(default_factory=list)
    refused_requests: int = 0
