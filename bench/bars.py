"""What guildbus must reach, always against figures of the same run. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.api_plan import slowest
from bench.live_rows import SILENT, nchan_row, silent_row

__all__ = ["Bar", "api_bars", "best_peer", "command_bars", "live_bars", "scale_bars", "shown", "slash_bars"]

Results = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` must be at least `bound`, or at most where `at_most`."""

    words: str
    value: float
    bound: float
    at_most: bool = False

    @property
    def reached(self) -> bool:
        """What was not measured is not reached."""
        if math.isnan(self.value):
            return False
        return self.value <= self.bound if self.at_most else self.value >= self.bound


def best_peer(results: Results, peers: Iterable[str]) -> tuple[str, float]:
    """The fastest peer and its drained/s; ("", nan) where none was measured."""
    rates = {peer: results[peer]["drained"] for peer in peers if "drained" in results.get(peer, {})}
    if not rates:
        return "", math.nan
    name = max(rates, key=lambda peer: rates[peer])
    return name, rates[name]


def command_bars(results: Results, peers: Iterable[str]) -> list[Bar]:
    peer, rate = best_peer(results, peers)
    times = f"drained/s, times the best peer's ({peer or 'none measured'})"
    pure, ceiling = "guildbus pure", "ceiling"
    with_results = f"{pure}, results"
    return [
        Bar(f"pure: {times}", _ratio(_drained(results, pure), rate), 3.0),
        Bar("pure: drained/s, share of the ceiling", _ratio(_drained(results, pure), _drained(results, ceiling)), 0.6),
        Bar(f"idempotent: {times}", _ratio(_drained(results, "guildbus idempotent"), rate), 1.5),
        Bar(f"transactional: {times}", _ratio(_drained(results, "guildbus transactional"), rate), 1.0),
        Bar(
            "pure with results: drained/s, share of the ceiling with results",
            _ratio(_drained(results, with_results), _drained(results, "ceiling, results")),
            0.6,
        ),
        Bar(f"pure with results: {times}", _ratio(_drained(results, with_results), rate), 1.5),
        Bar(
            "pure: p50 at 200/s, times the ceiling's",
            _ratio(_of(results, pure, "p50_200"), _of(results, ceiling, "p50_200")),
            1.5,
            at_most=True,
        ),
    ]


def live_bars(results: Results, *, with_nchan: bool = True) -> list[Bar]:
    alone, beside = "500", silent_row(500)
    rate = _of(results, alone, "deliveries")
    bars = [
        Bar("deliveries/s of one web process at 500 clients", rate, 30_000),
        Bar("p99 in ms at 10,000 deliveries/s, 500 clients", _of(results, alone, "p99"), 50, at_most=True),
        Bar("KB a client at 2,000 clients", _of(results, "2000", "kb"), 60, at_most=True),
        Bar(
            f"CPU per delivery beside {SILENT} that stopped reading, times without",
            _ratio(_of(results, beside, "cpu"), _of(results, alone, "cpu")),
            1.15,
            at_most=True,
        ),
        Bar(f"p99 in ms beside {SILENT} that stopped reading", _of(results, beside, "p99"), 50, at_most=True),
        Bar("clients that stopped reading and were kept", _of(results, beside, "kept"), 0, at_most=True),
        Bar("KB left of each that was reset", _of(results, beside, "kb_left"), 20, at_most=True),
    ]
    if with_nchan:
        share = _ratio(rate, _of(results, nchan_row(500), "deliveries"))
        bars.append(Bar("deliveries/s at 500 clients, share of nchan's", share, 0.4))
    return bars


def scale_bars(results: Mapping[tuple[int, int], Mapping[str, float]]) -> list[Bar]:
    """For each number of workers: the largest ledger beside the smallest."""
    sizes = sorted({size for size, _ in results})
    workers = sorted({workers for _, workers in results})
    if len(sizes) < 2:
        return []

    def drained(size: int, n: int) -> float:
        return results.get((size, n), {}).get("drained", math.nan)

    words = "drained/s beside {:,} rows, share of that beside {:,}, workers: {}"
    return [
        Bar(words.format(sizes[-1], sizes[0], n), _ratio(drained(sizes[-1], n), drained(sizes[0], n)), 0.85)
        for n in workers
    ]


def slash_bars(results: Mapping[str, float]) -> list[Bar]:
    def of(figure: str) -> float:
        return results.get(figure, math.nan)

    return [
        Bar("one at a time: defer, p99 in ms", of("defer_p99"), 5, at_most=True),
        Bar("one at a time: final answer, p50 in ms", of("answer_p50"), 15, at_most=True),
        Bar("accepted per second of the bot's own CPU time", of("per_cpu"), 1_000),
        Bar("64 at once: slowest defer in ms", of("worst"), 3_000, at_most=True),
    ]


def api_bars(results: Results) -> list[Bar]:
    name, value = slowest(results) if results else ("none measured", math.nan)
    return [Bar(f"p95 in ms of the slowest endpoint ({name})", value, 50, at_most=True)]


def shown(bars: Sequence[Bar]) -> list[list[str]]:
    """Rows for a table."""
    return [
        [
            bar.words,
            "–" if math.isnan(bar.value) else f"{bar.value:,.2f}",
            f"{'≤' if bar.at_most else '≥'} {bar.bound:,g}",
            "yes" if bar.reached else "NO",
        ]
        for bar in bars
    ]


def _drained(results: Results, name: str) -> float:
    return _of(results, name, "drained")


def _of(results: Results, name: str, figure: str) -> float:
    return results.get(name, {}).get(figure, math.nan)


def _ratio(value: float, to: float) -> float:
    return value / to if to else math.nan
