"""What goes into the ledger's statements and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from bus.envelopes import Actor, Command
from models.outcome import CommandState, Outcome

__all__ = ["ON_ITS_WAY", "AuditRecord", "Claim", "Claimed", "Queued", "Settled", "Settlement", "Verdict"]

# How long a call whose answer never came may still be on its way: whoever does not find its effect looks once more
# afterwards, and what is newer on the same subject is begun afterwards. Discord promises nothing of the kind; a request
# is given up after 4 s (`workers.discord.rest`).
ON_ITS_WAY = timedelta(seconds=15)


class AuditRecord(msgspec.Struct, frozen=True):
    """One row of the audit trail about a command.

    `phase`: `intent` before an effect, `outcome` after it, `refusal` where nothing was done, `note` for what
    people do about a command (discard, replay). `detail` holds what the phase needs: the source and age of a
    permission answer, an error's code, the attempt. `id` is new for every attempt: a repeated id writes nothing.
    `actor` is who did it where that is not the command's own actor (a cancel, a discard).
    """

    id: UUID
    phase: Literal["intent", "outcome", "refusal", "note"]
    at: datetime
    reason: str = ""
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    detail: dict[str, Any] | None = None
    actor: Actor | None = None


class Claim(msgspec.Struct, frozen=True):
    """One command to be claimed in a batch.

    `state` is `running` for an effect that follows, or the end at once: `succeeded` (pure, transactional),
    `refused`, `expired`, `dead`; or `awaiting_approval`, until the command's `expires_at`. `outcome` is needed for all
    but `running`. `audit` is written with the claim or not at all.
    `permission_at` is when permission was granted, where it was.
    """

    command: Command
    subject: str | None
    state: Literal["running", "awaiting_approval", "succeeded", "refused", "expired", "superseded", "dead"]
    audit: AuditRecord
    outcome: Outcome | None = None
    permission_at: datetime | None = None

    @property
    def may_be_new(self) -> bool:
        """Whether the ledger may never have seen it, and its line has no other actor than itself.

        What others than the bot accept is in it from then on; so is every child of a bulk, and whatever was attempted.
        What is to wait for a second person is rare, and needs more columns than what is new.
        """
        command = self.command
        known = command.attempt > 1 or command.parent_id is not None or self.audit.actor is not None
        return command.source == "bot" and not known and self.state != "awaiting_approval"


Verdict = Literal["fresh", "finished", "waiting", "held", "stale", "superseded", "unknown", "invalid"]


class Claimed(msgspec.Struct, frozen=True):
    """What became of one claim.

    `fresh`: it is ours, under `fence`, as attempt `attempt` (lost workers count, so it can be above the envelope's);
    `takeover` says that a lease had run out. `finished`: it ended before; `state` and `outcome` are stored, answer
    again. `waiting`: it waits for a second person (`models.approvals`), answer so again. `held`: another holds the
    lease. `stale`: a newer attempt exists, drop the delivery. `superseded`: a newer command of the same subject was
    claimed; it was ended so by this statement. `unknown`: a concurrent claim's row was not visible yet, or a call of an
    older command of the same subject may still be on its way (`held`, where the ledger knows the command already): hold
    it and try again, never count it as finished. `invalid`: PostgreSQL cannot hold it, or its id belongs to another
    command; `problem` says why: dead-letter it.

    `since` is when it ended or began to wait, where that was before this claim; announced again, it bears that time.
    `channel_id`, `ephemeral` and `locale` are where and how to answer when the delivery lost its `reply_to`.
    """

    id: UUID
    verdict: Verdict
    fence: int = 0
    attempt: int = 1
    revision: int = 0
    takeover: bool = False
    state: CommandState | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    problem: str = ""
    channel_id: int | None = None
    ephemeral: bool = False
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """The end of an attempt: a final state, or `retrying` with `next_attempt_at` and the next `attempt`.

    `on_its_way_seconds`: for how long a call of this attempt may yet take effect. Nothing newer on the same subject is
    begun until then.
    """

    id: UUID
    fence: int
    state: CommandState
    attempt: int
    outcome: Outcome
    audit: AuditRecord | None
    next_attempt_at: datetime | None = None
    on_its_way_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """`revision` is None where the fence was no longer ours: somebody took over, and nothing was written.

    `problem` is why PostgreSQL cannot hold the settlement; nothing was written then either, and it is still ours.
    """

    id: UUID
    revision: int | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Queued:
    """The answer to an accept: `replayed` when the same idempotency key and body had been accepted before."""

    id: UUID
    replayed: bool
    state: CommandState
