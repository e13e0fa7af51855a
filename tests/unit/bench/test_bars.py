import math

import pytest

from bench.bars import Bar, api_bars, best_peer, command_bars, live_bars, shown, slash_bars
from bench.live_rows import nchan_row, silent_row

PEERS = ("dramatiq", "celery")
RESULTS = {
    "ceiling": {"drained": 10_000.0, "p50_200": 1.0},
    "ceiling, results": {"drained": 5_000.0},
    "guildbus pure": {"drained": 6_000.0, "p50_200": 1.5},
    "guildbus pure, results": {"drained": 3_000.0},
    "guildbus idempotent": {"drained": 3_000.0},
    "guildbus transactional": {"drained": 2_000.0},
    "dramatiq": {"drained": 2_000.0},
    "celery": {"drained": 1_000.0},
}


def test_the_best_peer_is_the_one_that_drains_fastest() -> None:
    assert best_peer(RESULTS, PEERS) == ("dramatiq", 2_000.0)
    name, rate = best_peer(RESULTS, ["taskiq"])
    assert name == ""
    assert math.isnan(rate)


def test_bars_that_are_just_met_are_reached() -> None:
    bars = command_bars(RESULTS, PEERS)
    assert [round(bar.value, 3) for bar in bars] == [3.0, 0.6, 1.5, 1.0, 0.6, 1.5, 1.5]
    assert all(bar.reached for bar in bars)


@pytest.mark.parametrize(
    ("who", "figure", "value", "fallen"),
    [
        ("guildbus pure", "drained", 5_999.0, [0, 1]),
        ("guildbus pure", "p50_200", 1.6, [6]),
        ("guildbus pure, results", "drained", 2_999.0, [4, 5]),
        ("guildbus idempotent", "drained", 2_999.0, [2]),
        ("guildbus transactional", "drained", 1_999.0, [3]),
        ("celery", "drained", 2_100.0, [0, 2, 3, 5]),
    ],
)
def test_each_bar_falls_by_itself(who: str, figure: str, value: float, fallen: list[int]) -> None:
    changed = RESULTS | {who: RESULTS[who] | {figure: value}}
    assert [n for n, bar in enumerate(command_bars(changed, PEERS)) if not bar.reached] == fallen


def test_what_was_not_measured_is_not_reached() -> None:
    assert not any(bar.reached for bar in command_bars({}, PEERS))
    assert not Bar("", math.nan, 1, at_most=True).reached


LIVE = {
    "500": {"deliveries": 30_000.0, "p99": 50.0, "cpu": 0.1},
    "2000": {"kb": 60.0},
    silent_row(500): {"cpu": 0.115, "p99": 50.0, "kept": 0.0, "kb_left": 20.0},
    nchan_row(500): {"deliveries": 75_000.0},
}


def test_live_bars_that_are_just_met_are_reached() -> None:
    assert all(bar.reached for bar in live_bars(LIVE))


@pytest.mark.parametrize(
    ("row", "figure", "value", "fallen"),
    [
        ("500", "deliveries", 29_999.0, [0, 7]),
        ("500", "p99", 50.1, [1]),
        ("2000", "kb", 60.1, [2]),
        (silent_row(500), "cpu", 0.12, [3]),
        (silent_row(500), "p99", 50.1, [4]),
        (silent_row(500), "kept", 1.0, [5]),
        (silent_row(500), "kb_left", 20.1, [6]),
        (nchan_row(500), "deliveries", 75_001.0, [7]),
    ],
)
def test_each_live_bar_falls_by_itself(row: str, figure: str, value: float, fallen: list[int]) -> None:
    changed = LIVE | {row: LIVE[row] | {figure: value}}
    assert [n for n, bar in enumerate(live_bars(changed)) if not bar.reached] == fallen


def test_nchan_left_out_has_no_bar() -> None:
    assert len(live_bars(LIVE, with_nchan=False)) == len(live_bars(LIVE)) - 1


SLASH = {"defer_p99": 5.0, "answer_p50": 15.0, "per_cpu": 1_000.0, "worst": 3_000.0}


def test_slash_bars_that_are_just_met_are_reached() -> None:
    assert all(bar.reached for bar in slash_bars(SLASH))
    assert not any(bar.reached for bar in slash_bars({}))


@pytest.mark.parametrize(
    ("figure", "value", "fallen"),
    [("defer_p99", 5.1, [0]), ("answer_p50", 15.1, [1]), ("per_cpu", 999.0, [2]), ("worst", 3_001.0, [3])],
)
def test_each_slash_bar_falls_by_itself(figure: str, value: float, fallen: list[int]) -> None:
    assert [n for n, bar in enumerate(slash_bars(SLASH | {figure: value})) if not bar.reached] == fallen


def test_the_slowest_endpoint_decides() -> None:
    results = {"GET a": {"p95": 50.0}, "GET b": {"p95": 12.0}}
    assert [bar.reached for bar in api_bars(results)] == [True]
    [bar] = api_bars(results | {"GET c": {"p95": 50.1}})
    assert not bar.reached
    assert "GET c" in bar.words
    assert not api_bars({})[0].reached


def test_a_bar_is_shown_with_what_it_needs() -> None:
    assert shown([Bar("p99", 51.0, 50, at_most=True), Bar("rate", math.nan, 30_000)]) == [
        ["p99", "51.00", "≤ 50", "NO"],
        ["rate", "–", "≥ 30,000", "NO"],
    ]
