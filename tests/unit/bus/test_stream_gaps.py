from __future__ import annotations

import pytest

from bus._rabbitmq_stream import leaves_a_gap
from bus.transport import StreamOffset


@pytest.mark.parametrize(
    ("offset", "expected", "asked_again", "gap"),
    [
        (7, 7, None, False),
        (8, 7, None, True),
        (8, 7, 7, False),  # asked for again, and still not there: retention has taken it
        (9, 8, 7, True),
        (8, "first", None, False),
        (8, "last", None, False),
    ],
)
def test_what_a_stream_skipped_is_asked_for_once_more(
    offset: int, expected: StreamOffset, asked_again: StreamOffset | None, gap: bool
) -> None:
    assert leaves_a_gap(offset, expected=expected, asked_again=asked_again) is gap
