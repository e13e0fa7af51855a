"""How an attempt ends: an outcome or an error in, the state, the words and the retry decision out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bus.retry import Decision, Failure, Level, decide
from models.ledger_types import ON_ITS_WAY
from models.outcome import CommandState, Outcome
from models.spec import Effect
from workers.failures import Wait, failure_of
from workers.gate import Refusal

__all__ = [
    "NONCE_WINDOW",
    "Ending",
    "ending_of_error",
    "may_be_on_its_way",
    "must_stay_in_doubt",
    "poisoned",
    "refused",
    "success",
]

# Discord deduplicates a nonce "for a few minutes" (reference, "Create Message", enforce_nonce): stay well inside.
NONCE_WINDOW = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Ending:
    """`retry` is set for state `retrying`: its rung, its delay and the attempt that the copy carries.

    `ambiguous` says that the attempt failed and may have had its effect all the same.
    """

    state: CommandState
    outcome: Outcome
    retry: Decision | None = None
    ambiguous: bool = False

    @property
    def on_its_way_seconds(self) -> float | None:
        """For how long a call of this attempt may yet take effect; None where none can."""
        return ON_ITS_WAY.total_seconds() if self.ambiguous else None


def success(outcome: Outcome) -> Ending:
    return Ending("succeeded", outcome)


def poisoned(effect: Effect) -> Ending:
    """The end of a command whose lost workers have used its attempts up: what it does kills them."""
    words = "Its attempts were used up: each worker that ran it was lost."
    if effect in (Effect.NONCE, Effect.RECONCILE, Effect.AT_MOST_ONCE):
        return Ending("in_doubt", Outcome(f"{words} It may have happened all the same.", code="poison"))
    return Ending("dead", Outcome(words, code="poison"))


def refused(refusal: Refusal, effect: Effect, *, doubtful: bool) -> Ending:
    """The end of a repeat that may not run (any more); `doubtful` says that an earlier attempt may have."""
    if doubtful and effect not in (Effect.PURE, Effect.TRANSACTIONAL):
        words = f"An earlier attempt may have done it, and it was not tried again: {refusal.message}"
        return Ending("in_doubt", Outcome(words, code=refusal.code))
    return Ending(refusal.state, Outcome(refusal.message, code=refusal.code))


def must_stay_in_doubt(
    effect: Effect, *, takeover: bool, in_doubt_since: datetime | None, now: datetime
) -> Outcome | None:
    """Before a repeat: the outcome where the effect may have happened and repeating it could do it twice.

    An `at_most_once` effect is never repeated after a takeover; a `nonce` only inside Discord's window.
    """
    if effect is Effect.AT_MOST_ONCE and takeover:
        return Outcome(
            "The worker was lost while it ran, and it can't be looked up whether it happened.", code="in_doubt"
        )
    if effect is Effect.NONCE and in_doubt_since is not None and now - in_doubt_since > NONCE_WINDOW:
        return Outcome(
            "An earlier attempt may have posted it, too long ago for Discord to recognise a repeat.", code="in_doubt"
        )
    return None


def may_be_on_its_way(last_tried_at: datetime | None, *, now: datetime) -> Wait | None:
    """Before a repeat of what was looked up and not found: the wait after which looking again settles it."""
    left = timedelta() if last_tried_at is None else last_tried_at + ON_ITS_WAY - now
    if left <= timedelta():
        return None
    return Wait(
        "an earlier call may still be on its way to Discord",
        retry_after_seconds=left.total_seconds(),
        code="on_its_way",
    )


def ending_of_error(
    error: BaseException,
    *,
    effect: Effect,
    doubtful: bool,
    attempt: int,
    max_attempts: int,
    ladder: Sequence[Level],
    jitter: float,
) -> Ending:
    """What an error makes of the command.

    `doubtful` says that an earlier attempt may have had its effect. A failure that may hide an effect which can't be
    repeated safely ends `in_doubt`; otherwise `bus.retry` decides: `retrying`, `failed` (trying again can't help) or
    `dead` (attempts used up).
    """
    failure, ambiguous = failure_of(error)
    reason = failure.reason.replace("\x00", "")  # words from elsewhere must not fail the row that records them
    in_doubt = _hides_effect(
        effect, failure, ambiguous=ambiguous, doubtful=doubtful, last=failure.counts and attempt >= max_attempts
    )
    if in_doubt:
        words = f"{reason} It may have happened all the same."
        return Ending("in_doubt", Outcome(words, code=failure.code), ambiguous=ambiguous)
    decision = decide(failure, attempt=attempt, max_attempts=max_attempts, ladder=ladder, jitter=jitter)
    outcome = Outcome(reason, code=failure.code)
    if decision.action == "retry":
        return Ending("retrying", outcome, decision, ambiguous)
    return Ending("dead" if failure.retryable else "failed", outcome, ambiguous=ambiguous)


def _hides_effect(effect: Effect, failure: Failure, *, ambiguous: bool, doubtful: bool, last: bool) -> bool:
    match effect:
        case Effect.AT_MOST_ONCE:
            return ambiguous
        case Effect.NONCE:
            # Refused now, but an earlier attempt whose answer was lost may have been taken.
            return ((ambiguous or doubtful) and last) or (doubtful and not failure.retryable)
        case Effect.RECONCILE:
            return ((ambiguous or doubtful) and last and failure.retryable) or (ambiguous and not failure.retryable)
        case _:
            return False
