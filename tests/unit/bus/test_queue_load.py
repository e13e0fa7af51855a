"""How fast a counter rises, from the samples that the management API keeps."""

from __future__ import annotations

import pytest

from bus.queue_load import per_second


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        ([], 0.0),
        ([(100, 10_000)], 0.0),
        ([(100, 10_000), (0, 0)], 10.0),  # younger than a minute: over what there is
        ([(360, 70_000), (300, 60_000), (60, 10_000), (0, 0)], 5.0),
        ([(400, 120_000), (340, 60_000), (0, 0)], 1.0),  # what came before the last minute does not count
        ([(5, 70_000), (600, 10_000)], 0.0),  # declared again: it counts from zero
        ([(5, 70_000), (0, 70_000)], 0.0),
    ],
)
def test_a_rate_is_the_rise_over_the_last_minute(samples: list[tuple[int, float]], rate: float) -> None:
    assert per_second(samples) == rate
