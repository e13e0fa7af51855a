"""How far behind a queue is, and what the sweeper makes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bus.transport import Delivery
from tests.unit.workers.making import a_delivery
from workers.sweeper import margin_of
from workers.waits import Waits


class SteppedClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


def published(clock: SteppedClock, *, seconds_ago: float, **changes: object) -> Delivery:
    return a_delivery(b"", published_at=clock.now() - timedelta(seconds=seconds_ago), **changes)


def test_the_longest_wait_of_the_last_minute_counts() -> None:
    clock = SteppedClock()
    waits = Waits(clock)
    assert waits.longest() == 0.0
    waits.note([published(clock, seconds_ago=40), published(clock, seconds_ago=39)])
    clock.seconds = 50.0
    waits.note([published(clock, seconds_ago=3)])
    assert waits.longest() == 40.0
    clock.seconds = 61.0
    assert waits.longest() == 3.0
    clock.seconds = 200.0
    assert waits.longest() == 0.0


def test_what_was_meant_to_wait_or_came_back_says_nothing_of_the_queue() -> None:
    clock = SteppedClock()
    waits = Waits(clock)
    from_the_ladder = published(clock, seconds_ago=900, exchange="")
    from_a_lost_worker = published(clock, seconds_ago=70, redelivered=True)
    waits.note([from_the_ladder, from_a_lost_worker, published(clock, seconds_ago=5), a_delivery(b"")])
    assert waits.longest() == 5.0
    assert [waits.of(one) for one in (from_the_ladder, from_a_lost_worker, a_delivery(b""))] == [0.0] * 3
    waits.note([published(clock, seconds_ago=-2)])
    assert waits.longest() == 5.0


def test_the_margin_grows_by_how_long_deliveries_waited() -> None:
    assert margin_of(0.0, 20.0) == 20.0
    assert margin_of(120.0, 20.0) == 140.0
