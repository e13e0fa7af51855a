import math

import pytest

from bench.figures import cpu_per_thousand, drain_rate, medians, percentile


def test_a_percentile_is_the_smallest_value_that_covers_so_many() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert percentile(values, 50) == 50
    assert percentile(values, 99) == 99
    assert percentile(values, 100) == 100
    assert percentile([7.0], 99) == 7


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 50)


def test_the_rate_leaves_out_the_start_and_the_tail() -> None:
    steady = [n / 1000 for n in range(1000)]
    slow_start = [-5.0 - n for n in range(100)]
    late = [60.0]
    assert drain_rate(steady) == pytest.approx(1000)
    assert drain_rate([*slow_start, *steady, *late]) == pytest.approx(1000)


@pytest.mark.parametrize("moments", [[], [1.0], [1.0] * 50], ids=["none", "one", "all at once"])
def test_what_has_no_length_has_no_rate(moments: list[float]) -> None:
    assert math.isnan(drain_rate(moments))


def test_cpu_time_is_counted_after_the_start() -> None:
    samples = [(0, 1.5), (200, 2.0), (600, 2.4), (1000, 2.8)]
    assert cpu_per_thousand(samples) == pytest.approx(1.0)


@pytest.mark.parametrize("samples", [[], [(0, 1.0)], [(1000, 1.0)]], ids=["none", "no rows", "too fast to sample"])
def test_cpu_time_that_was_not_sampled_is_no_figure(samples: list[tuple[int, float]]) -> None:
    assert math.isnan(cpu_per_thousand(samples))


def test_medians_are_of_the_rounds_that_measured_it() -> None:
    rounds = [{"drained": 3.0, "cpu": 1.0}, {"drained": 1.0, "cpu": math.nan}, {"drained": 2.0}]
    assert medians(rounds) == {"drained": 2.0, "cpu": 1.0}
