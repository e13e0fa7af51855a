from datetime import UTC, datetime
from uuid import UUID

import pytest

from bench.__main__ import _arguments
from bench.bars import scale_bars
from bench.contenders import guildbus
from bench.scale import rows, since

RESULTS = {
    (10_000, 1): {"drained": 4000.0, "cpu": 0.2},
    (10_000, 2): {"drained": 6000.0},
    (1_000_000, 1): {"drained": 3000.0},
    (1_000_000, 2): {"drained": 6000.0},
}


def test_the_largest_ledger_is_compared_with_the_smallest_for_each_number_of_workers() -> None:
    bars = scale_bars(RESULTS)
    assert [(bar.value, bar.reached) for bar in bars] == [(0.75, False), (1.0, True)]
    assert [bar.words for bar in bars] == [
        f"drained/s beside 1,000,000 rows, share of that beside 10,000, workers: {n}" for n in (1, 2)
    ]


def test_one_size_alone_has_no_bar_and_what_failed_reaches_none() -> None:
    assert scale_bars({(10_000, 1): {"drained": 1.0}}) == []
    assert not scale_bars(RESULTS | {(1_000_000, 2): {}})[1].reached


def test_a_row_shows_what_more_workers_and_a_larger_ledger_change() -> None:
    shown = rows(RESULTS)
    assert shown[0] == ["10,000", "1", "4,000", "1.00", "100", "0.20", "–", "–"]
    assert shown[3][:5] == ["1,000,000", "2", "6,000", "2.00", "100"]
    assert shown[2][4] == "75"


def test_a_drain_counts_and_clears_its_own_rows_alone() -> None:
    one = since(guildbus("pure", results=False), datetime.fromtimestamp(1_700_000_000, UTC), 4)
    least = UUID(int=1_700_000_000_000 << 80)
    assert len(one.workers) == 4
    assert one.counting.endswith(f"state = 'succeeded' AND id >= '{least}'")
    cleared = [part.split(" ", 3)[2:] for part in one.clearing.split("; ")]
    assert cleared == [[table, f"WHERE id >= '{least}'"] for table in ("commands", "audit")]


def test_sizes_and_workers_are_numbers() -> None:
    given = _arguments(["scale", "--rows", "1000,200", "--workers", "1"])
    assert (given.rows, given.workers, given.effect) == ([1000, 200], [1], "pure")
    assert _arguments(["scale"]).rows == [10_000, 1_000_000, 10_000_000]
    with pytest.raises(SystemExit):
        _arguments(["scale", "--rows", "99"])
