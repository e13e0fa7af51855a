"""What stands of a bulk, by its counts."""

import pytest

from models.bulks import state_of


@pytest.mark.parametrize(
    ("total", "begun", "in_flight", "paused", "cancelled", "state"),
    [
        (40, 0, 0, False, False, "running"),
        (40, 20, 20, False, False, "running"),
        (40, 40, 3, False, False, "running"),
        (40, 40, 0, False, False, "finished"),
        (0, 0, 0, False, False, "finished"),
        (40, 20, 20, True, False, "paused"),
        (40, 20, 0, True, False, "paused"),
        (40, 40, 3, True, False, "running"),
        (40, 40, 0, True, False, "finished"),
        (40, 20, 20, False, True, "cancelled"),
        (40, 20, 0, True, True, "cancelled"),
        (40, 40, 0, False, True, "finished"),
    ],
)
def test_state(total: int, begun: int, in_flight: int, paused: bool, cancelled: bool, state: str) -> None:
    assert state_of(total=total, begun=begun, in_flight=in_flight, paused=paused, cancelled=cancelled) == state
