import math

import pytest

from bench.table import number, table


@pytest.mark.parametrize(
    ("value", "shown"),
    [(12_345.6, "12,346"), (99.95, "100.0"), (12.34, "12.3"), (0.123, "0.12"), (None, "–"), (math.nan, "–")],
)
def test_figures_have_as_many_digits_as_they_need(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_a_table_is_markdown_with_figures_to_the_right() -> None:
    assert table(("", "drained/s"), [("ceiling", "18,000"), ("us", "9")]).splitlines() == [
        "|         | drained/s |",
        "| ------- | --------: |",
        "| ceiling |    18,000 |",
        "| us      |         9 |",
    ]
