"""What becomes of a command that failed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.retry import Failure, Level, decide

LADDER = tuple(Level(f"retry.{n}", float(n)) for n in (1, 5, 15, 60))


def failure(**facts: object) -> Failure:
    return Failure("reason", "code", **{"retryable": True, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(("attempt", "level"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 60)])
def test_each_failure_waits_a_level_longer(attempt: int, level: int) -> None:
    decision = decide(failure(), attempt=attempt, max_attempts=6, ladder=LADDER)
    assert (decision.action, decision.attempt) == ("retry", attempt + 1)
    assert decision.level == Level(f"retry.{level}", float(level))


def test_the_last_attempt_is_dead() -> None:
    assert decide(failure(), attempt=6, max_attempts=6, ladder=LADDER).action == "dead"


def test_what_cannot_be_helped_is_dead_at_once() -> None:
    assert decide(failure(retryable=False), attempt=1, max_attempts=6, ladder=LADDER).action == "dead"


def test_an_unknown_outcome_is_shown_to_a_person() -> None:
    assert decide(failure(in_doubt=True), attempt=1, max_attempts=6, ladder=LADDER).action == "in_doubt"


def test_a_wait_that_is_nobodys_failure_keeps_the_attempt_even_the_last() -> None:
    decision = decide(failure(counts=False, retry_after_seconds=7), attempt=6, max_attempts=6, ladder=LADDER)
    assert (decision.action, decision.attempt, decision.level) == ("retry", 6, LADDER[2])


@given(st.integers(1, 10), st.floats(0, 1000), st.floats(0, 1), st.booleans())
def test_a_delay_fits_its_level_and_is_as_long_as_asked(
    attempt: int, asked: float, jitter: float, counts: bool
) -> None:
    facts = failure(retry_after_seconds=asked, counts=counts)
    decision = decide(facts, attempt=attempt, max_attempts=11, ladder=LADDER, jitter=jitter)
    assert decision.level is not None
    assert 0 < decision.delay_seconds <= decision.level.delay_seconds
    assert decision.delay_seconds >= min(asked, LADDER[-1].delay_seconds)
    assert decision.delay_seconds >= 0.8 * decision.level.delay_seconds - 1e-9
