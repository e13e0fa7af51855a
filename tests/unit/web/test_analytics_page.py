"""What the page of charts opens with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from web.pages.analytics import range_that_holds

_NOW = datetime(2026, 5, 20, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "name"),
    [
        (timedelta(hours=15), "day"),
        (timedelta(hours=25), "week"),
        (timedelta(days=7), "week"),
        (timedelta(days=8), "month"),
        (timedelta(days=30), "month"),
    ],
)
def test_a_new_servers_charts_begin_where_something_happened(ago: timedelta, name: str) -> None:
    assert range_that_holds(_NOW - ago, _NOW) == name


def test_a_month_is_shown_where_nothing_happened() -> None:
    assert range_that_holds(None, _NOW) == "month"
