import pytest

from web.live.position import Position, decide_resume, parse_position
from web.live.recent_ids import RecentIds
from web.live.watch import decide_stream_state

EPOCH, OTHER = "a" * 32, "b" * 32


@pytest.mark.parametrize(
    ("asked", "decision"),
    [
        (Position(EPOCH, 0, 10), "continue"),
        (Position(EPOCH, 0, 20), "continue"),
        (Position(EPOCH, 0, 5), "continue"),
        (Position(EPOCH, 0, 4), "wait"),
        (Position(EPOCH, 0, 2), "wait"),
        (Position(EPOCH, 0, 1), "reset"),
        (Position(EPOCH, 0, 21), "wait"),
        (Position(OTHER, 0, 10), "reset"),
        (Position(EPOCH, 1, 10), "reset"),
    ],
)
def test_a_session_goes_on_waits_or_starts_over(asked: Position, decision: str) -> None:
    assert decide_resume(asked, epoch=EPOCH, reach=2, floor=5, head=20) == decision


def test_a_position_is_read_as_it_was_written() -> None:
    for position in (Position(EPOCH, 0, -1), Position(EPOCH, 0, 12345678901234567)):
        assert parse_position(str(position)) == position


@pytest.mark.parametrize(
    "text", ["", "7", f"{EPOCH}.0", f"{EPOCH}.0.-2", f"{EPOCH}.0.1\n", f"{'g' * 32}.0.1", f"{EPOCH}.0.{'9' * 20}", "\0"]
)
def test_what_was_never_sent_is_no_position(text: str) -> None:
    assert parse_position(text) is None


@pytest.mark.parametrize(
    ("stored", "ends", "state"),
    [
        (EPOCH, (0, 100), "same"),
        (EPOCH, (101, 120), "same"),
        (EPOCH, None, "same"),
        (EPOCH, (102, 120), "gap"),
        (EPOCH, (0, 99), "anew"),
        (OTHER, (0, 100), "anew"),
        (OTHER, None, "anew"),
    ],
)
def test_a_stream_that_was_made_anew_or_cut_short_is_noticed(
    stored: str, ends: tuple[int, int] | None, state: str
) -> None:
    assert decide_stream_state(epoch_read=EPOCH, epoch_stored=stored, head=100, ends=ends) == state


def test_a_republished_event_is_recognised_within_the_window() -> None:
    recent = RecentIds(most=2)
    assert [recent.add(id) for id in (1, 2, 1, 3, 2, 1)] == [True, True, False, True, False, True]
