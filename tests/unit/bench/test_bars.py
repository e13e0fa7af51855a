import math

import pytest

from bench.bars import Bar, best_peer, command_bars, live_bars, shown

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


def test_live_bars_look_at_the_number_of_clients_that_they_name() -> None:
    results = {"500": {"deliveries": 30_000.0, "p99": 50.0}, "2000": {"kb": 61.0}}
    assert [bar.reached for bar in live_bars(results)] == [True, True, False]


def test_a_bar_is_shown_with_what_it_needs() -> None:
    assert shown([Bar("p99", 51.0, 50, at_most=True), Bar("rate", math.nan, 30_000)]) == [
        ["p99", "51.00", "≤ 50", "NO"],
        ["rate", "–", "≥ 30,000", "NO"],
    ]
