"""Whether a command may run now, from the facts: why not, and in which state that leaves it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bus.envelopes import Command
from models.checks import Trouble

__all__ = ["Refusal", "expired", "refused_for"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is done; `state` is the state that the command gets.

    `not_begun` where the ledger says that no attempt was ever begun. `until` is when it stops to wait for approval.
    """

    state: Literal["refused", "expired", "awaiting_approval"]
    code: str
    message: str
    not_begun: bool = False
    until: datetime | None = None


def expired(command: Command, *, now: datetime) -> Refusal | None:
    """What is late is not begun any more."""
    if command.expires_at is None or now < command.expires_at:
        return None
    words = "It was not begun in time and has expired; nothing was done."
    if command.attempt > 1:
        words = "Its time ran out before an attempt succeeded."
    if command.in_doubt_since is not None:
        words += " An earlier attempt may have had its effect all the same."
    return Refusal("expired", "expired", words)


def refused_for(trouble: Trouble | None) -> Refusal | None:
    """What does not pass a check ends as refused, with the check's words."""
    return None if trouble is None else Refusal("refused", trouble.code, trouble.message)
