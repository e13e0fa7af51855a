import math

import pytest

from bench.live_rows import HEAD, burst_events, nchan_row, rows, silent_row


@pytest.mark.parametrize(("clients", "events"), [(1, 800), (50, 800), (500, 400), (2000, 100), (100_000, 50)])
def test_a_burst_never_has_more_events_than_may_wait_for_a_session(clients: int, events: int) -> None:
    assert burst_events(clients) == events


def test_rows_show_a_dash_where_nothing_was_measured() -> None:
    found = rows(
        {"500": {"deliveries": 30_000.0, "p50": 5.0, "p99": 10.0, "kb": 50.0, "cpu": 0.1}, "x": {"p50": math.nan}}
    )
    assert [len(row) for row in found] == [len(HEAD)] * 2
    assert found == [["500", "30,000", "5.00", "10.0", "50.0", "0.10"], ["x", "–", "–", "–", "–", "–"]]


def test_the_names_of_rows_differ() -> None:
    assert len({"500", nchan_row(500), silent_row(500)}) == 3
