"""The clock that goes on evenly, whatever the machine's does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bus.clock import SteadyClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Machine:
    def __init__(self) -> None:
        self.wall, self.ticks = NOON, 100.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks


def test_it_begins_with_the_machines_time_and_goes_on_with_its_ticks() -> None:
    machine = Machine()
    clock = SteadyClock(machine)
    machine.ticks += 2.5
    assert (clock.now(), clock.monotonic()) == (NOON + timedelta(seconds=2.5), 102.5)


def test_a_step_of_the_machines_clock_does_not_move_it() -> None:
    machine = Machine()
    clock = SteadyClock(machine)
    machine.wall += timedelta(hours=1)
    assert clock.now() == NOON


def test_it_is_set_by_whoever_knows_better() -> None:
    machine = Machine()
    clock = SteadyClock(machine)
    machine.ticks += 10
    clock.set(NOON - timedelta(hours=1))
    machine.ticks += 1
    assert clock.now() == NOON - timedelta(hours=1) + timedelta(seconds=1)
