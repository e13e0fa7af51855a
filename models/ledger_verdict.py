"""What became of a claim, decided from what its statement returned. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bus import codec
from models.ledger_types import Claim, Claimed, Verdict
from models.outcome import FINAL_STATES, Outcome

__all__ = ["claimed_from_row", "claimed_new", "outcome_from_text", "verdict_of"]

OTHER_COMMAND = "the id belongs to another command: type, guild or actor differ from what is stored under it"


def verdict_of(
    *, taken: bool, same: bool, stored_state: str | None, stored_attempt: int | None, target: str, attempt: int
) -> Verdict:
    """`stored_*` are what the row says: after the claim where it was taken, before it where it was not."""
    if taken:
        return "superseded" if stored_state == "superseded" and target != "superseded" else "fresh"
    if stored_state is None:
        return "unknown"
    if not same:
        return "invalid"
    if stored_state in FINAL_STATES:
        return "finished"
    if stored_state == "awaiting_approval":
        return "waiting"
    if stored_state == "retrying" and stored_attempt is not None and attempt < stored_attempt:
        return "stale"
    return "held"


def claimed_from_row(row: Mapping[str, Any], *, id: UUID, target: str, attempt: int) -> Claimed:
    """One row of the claim's statement as what the caller is told."""
    verdict = verdict_of(
        taken=row["taken"],
        same=row["same"],
        stored_state=row["state"],
        stored_attempt=row["attempt"],
        target=target,
        attempt=attempt,
    )
    if verdict == "unknown":
        return Claimed(id, verdict, attempt=attempt)
    if verdict == "invalid":
        return Claimed(id, verdict, attempt=attempt, problem=OTHER_COMMAND)
    return Claimed(
        id,
        verdict,
        fence=row["fence"] or 0,
        attempt=row["attempt"],
        revision=row["revision"],
        takeover=row["claimed_from"] == "running",
        state=row["state"],
        outcome=outcome_from_text(row["outcome"]),
        since=row["since"],
        channel_id=row["channel_id"],
        ephemeral=row["ephemeral"],
        locale=row["locale"],
    )


def claimed_new(claim: Claim) -> Claimed:
    """The first that the ledger hears of a command."""
    command, to = claim.command, claim.command.reply_to
    return Claimed(
        command.id,
        "fresh",
        fence=1,
        attempt=command.attempt,
        revision=1,
        state=claim.state,
        outcome=claim.outcome,
        channel_id=None if to is None or to.channel_id is None else int(to.channel_id),
        ephemeral=to is not None and to.ephemeral,
        locale=None if to is None else to.locale,
    )


def outcome_from_text(text: str | None) -> Outcome | None:
    """The outcome in a jsonb column, which asyncpg hands over as text."""
    return None if text is None else codec.decode(text.encode(), Outcome)
