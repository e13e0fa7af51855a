"""Whether a command may run now, from the facts: expired, or the first of `models.checks` that does not pass. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bus.envelopes import Command
from models.checks import Facts, Trouble, first_trouble

__all__ = ["Refusal", "refusal", "refused_for"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is done; `state` is the state that the command ends in."""

    state: Literal["refused", "expired"]
    code: str
    message: str


def refusal(command: Command, facts: Facts, *, now: datetime) -> Refusal | None:
    """The first reason not to run, or None."""
    if command.expires_at is not None and now >= command.expires_at:
        words = "It was not begun in time and has expired; nothing was done."
        if command.attempt > 1:
            words = "Its time ran out before an attempt succeeded."
        if command.in_doubt_since is not None:
            words += " An earlier attempt may have had its effect all the same."
        return Refusal("expired", "expired", words)
    return refused_for(first_trouble(facts))


def refused_for(trouble: Trouble | None) -> Refusal | None:
    """What does not pass a check ends as refused, with the check's words."""
    return None if trouble is None else Refusal("refused", trouble.code, trouble.message)
