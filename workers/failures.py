"""What can go wrong while a command runs, as facts for `bus.retry`: one class each, one sentence each."""

from __future__ import annotations

from bus.retry import Failure
from models.errors import DatabaseUnavailable

__all__ = ["AttemptFailed", "LeaseShort", "PermanentFailure", "RetryableFailure", "TakenOver", "Wait", "failure_of"]


class AttemptFailed(Exception):
    """Base: an attempt ended without its effect, or without knowing.

    `ambiguous` says that the effect may have happened all the same (an answer was lost, a time limit passed).
    """

    code = "failed"
    retryable = False
    counts = True
    ambiguous = False
    retry_after_seconds = 0.0

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code or type(self).code


class PermanentFailure(AttemptFailed):
    """Trying again would end the same way: Discord refused, the target does not exist, the input is wrong."""


class RetryableFailure(AttemptFailed):
    """The other side had trouble; another attempt may work."""

    code = "unavailable"
    retryable = True

    def __init__(self, message: str, *, code: str | None = None, ambiguous: bool = False) -> None:
        super().__init__(message, code=code)
        self.ambiguous = ambiguous


class Wait(AttemptFailed):
    """Nobody failed, but it must wait (Discord's rate limit, an open circuit): the attempt is kept."""

    code = "wait"
    retryable = True
    counts = False

    def __init__(self, message: str, *, retry_after_seconds: float, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after_seconds = retry_after_seconds


class LeaseShort(Wait):
    """Too little of the lease was left to begin an external call."""

    code = "lease_short"

    def __init__(self) -> None:
        super().__init__("the lease had too little time left to begin", retry_after_seconds=1.0)


class TakenOver(AttemptFailed):
    """Another worker holds the command now: nothing more may be written here."""

    code = "taken_over"


def failure_of(error: BaseException) -> tuple[Failure, bool]:
    """(the facts for `bus.retry.decide`, whether the effect may have happened) of anything a handler raised.

    An error that nobody foresaw is a defect of ours: it is retried, since a deploy may mend it, and it may have
    come after the effect.
    """
    if isinstance(error, AttemptFailed):
        return (
            Failure(
                reason=str(error),
                code=error.code,
                retryable=error.retryable,
                counts=error.counts,
                retry_after_seconds=error.retry_after_seconds,
            ),
            error.ambiguous,
        )
    if isinstance(error, TimeoutError):
        return Failure(reason="it took longer than its time limit", code="timeout", retryable=True), True
    if isinstance(error, DatabaseUnavailable):
        return Failure(reason="the database was away", code="database_unavailable", retryable=True, counts=False), True
    reason = f"an unforeseen error in the platform ({type(error).__name__})"
    return Failure(reason=reason, code="internal_error", retryable=True), True
