"""The circuit breaker opens, probes and closes."""

from __future__ import annotations

import pytest

from bus.breaker import CircuitBreaker
from bus.errors import CircuitOpen
from tests.unit.bus.clocks import MovedClock


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def opened(clock: MovedClock) -> CircuitBreaker:
    breaker = CircuitBreaker("Discord", clock)
    for _ in range(5):
        breaker.check()
        breaker.failed()
    return breaker


def test_five_failures_open_it(opened: CircuitBreaker) -> None:
    with pytest.raises(CircuitOpen, match=r"Discord failed too often; the next try is allowed in 30\.0 s") as caught:
        opened.check()
    assert caught.value.retryable


def test_a_success_in_between_starts_the_count_again(clock: MovedClock) -> None:
    breaker = CircuitBreaker("Discord", clock)
    for _ in range(4):
        breaker.failed()
    breaker.succeeded()
    for _ in range(4):
        breaker.failed()
    assert breaker.state == "closed"


def test_after_thirty_seconds_one_probe_at_a_time_and_three_successes_close_it(
    opened: CircuitBreaker, clock: MovedClock
) -> None:
    clock.move(29.9)
    assert opened.state == "open"
    clock.move(0.1)
    for _ in range(3):
        assert opened.state == "half_open"
        opened.check()
        with pytest.raises(CircuitOpen):
            opened.check()
        opened.succeeded()
    assert opened.state == "closed"


def test_a_failed_probe_opens_it_again(opened: CircuitBreaker, clock: MovedClock) -> None:
    clock.move(30)
    opened.check()
    opened.failed()
    assert opened.state == "open"


def test_a_probe_that_never_answers_holds_nobody_for_ever(opened: CircuitBreaker, clock: MovedClock) -> None:
    clock.move(30)
    opened.check()
    clock.move(30)
    opened.check()


def test_a_probe_that_was_not_made_after_all_leaves_its_turn_and_counts_for_nothing(
    opened: CircuitBreaker, clock: MovedClock
) -> None:
    clock.move(30)
    for _ in range(5):
        opened.check()
        opened.unused()
    assert opened.state == "half_open"
    opened.check()
