"""Figures from samples: percentiles, medians of rounds, and the rate of a drain. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["cpu_per_thousand", "drain_rate", "medians", "percentile"]

_FIRST, _LAST = 0.2, 0.95


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is not below `percent` of all (nearest rank). Raises ValueError for no values."""
    if not values:
        raise ValueError("there is no percentile of nothing")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def drain_rate(done_at: Sequence[float]) -> float:
    """Rows a second between the first fifth and the last twentieth: without the workers' start and the tail."""
    ordered = sorted(done_at)
    first, last = int(len(ordered) * _FIRST), int(len(ordered) * _LAST) - 1
    if last <= first or ordered[last] <= ordered[first]:
        return math.nan
    return (last - first) / (ordered[last] - ordered[first])


def cpu_per_thousand(samples: Sequence[tuple[int, float]]) -> float:
    """CPU seconds for 1,000 rows from (rows, CPU seconds so far): from the first fifth to the end."""
    if not samples or not samples[-1][0]:
        return math.nan
    total = samples[-1][0]
    begun = next((sample for sample in samples if sample[0] >= total * _FIRST), samples[-1])
    rows = total - begun[0]
    return (samples[-1][1] - begun[1]) / rows * 1000 if rows else math.nan


def medians(rounds: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The median of each figure over the rounds in which it was measured."""
    collected: dict[str, list[float]] = {}
    for one in rounds:
        for name, value in one.items():
            if not math.isnan(value):
                collected.setdefault(name, []).append(value)
    return {name: statistics.median(values) for name, values in collected.items()}
