"""The retry decision, pure: an error's facts and an attempt in, what to do next out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Decision", "Failure", "Level", "decide"]


@dataclass(frozen=True, slots=True)
class Level:
    """A rung of the ladder: its exchange's name and its delay."""

    name: str
    delay_seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """What an error says of itself.

    `counts` is False for waits that are nobody's failure (Discord's 429, an open circuit): the attempt is kept.
    `retry_after_seconds` is the least to wait. `in_doubt`: the effect may have happened and can't be looked up.
    """

    reason: str
    code: str
    retryable: bool
    counts: bool = True
    retry_after_seconds: float = 0.0
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`retry` at a level with the attempt the copy will carry, `dead`, or `in_doubt`."""

    action: Literal["retry", "dead", "in_doubt"]
    attempt: int
    level: Level | None = None
    delay_seconds: float = 0.0


def decide(
    failure: Failure, *, attempt: int, max_attempts: int, ladder: Sequence[Level], jitter: float = 0.0
) -> Decision:
    """What becomes of a command whose attempt number `attempt` failed.

    The n-th failure waits on the ladder's n-th level, or higher where `retry_after_seconds` asks for it; a wait
    longer than the top level takes the top level and is decided again. `jitter` in 0…1 shortens by up to 20 %.
    """
    if failure.in_doubt:
        return Decision("in_doubt", attempt)
    if not failure.retryable:
        return Decision("dead", attempt)
    if failure.counts and attempt >= max_attempts:
        return Decision("dead", attempt)
    index = min(attempt - 1, len(ladder) - 1) if failure.counts else 0
    while index < len(ladder) - 1 and ladder[index].delay_seconds < failure.retry_after_seconds:
        index += 1
    level = ladder[index]
    shortened = level.delay_seconds * (1 - 0.2 * jitter)
    delay = min(level.delay_seconds, max(shortened, failure.retry_after_seconds))
    return Decision("retry", attempt + 1 if failure.counts else attempt, level, delay)
