"""Acks cover exactly what was settled, whatever the order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bus.acks import AckPlan, AckTracker

STEPS = st.lists(
    st.tuples(st.sampled_from(["settle", "exclude", "plan", "plan_all"]), st.integers(1, 30)), max_size=120
)


def covered(plan: AckPlan, outstanding: set[int]) -> list[int]:
    """What a broker takes as acked, in its own bookkeeping."""
    acked = []
    for tag, multiple in plan:
        taken = {each for each in outstanding if each <= tag} if multiple else {tag}
        assert tag in outstanding, f"{tag} is unknown to the broker: it would close the channel"
        outstanding -= taken
        acked += taken
    return acked


@given(STEPS)
def test_only_settled_tags_are_acked_and_each_once(steps: list[tuple[str, int]]) -> None:
    tracker, outstanding = AckTracker(), set(range(1, 31))
    settled: set[int] = set()
    excluded: set[int] = set()
    for step, tag in steps:
        if step == "settle":
            assert tracker.settle(tag) == (tag not in settled | excluded)
            settled |= {tag} - excluded
        elif step == "exclude":
            if tracker.exclude(tag):
                excluded.add(tag)
                outstanding.discard(tag)  # its reject is sent before the next ack
        else:
            acked = covered(tracker.plan() if step == "plan" else tracker.plan_all(), outstanding)
            assert set(acked) <= settled
    covered(tracker.plan_all(), outstanding)
    assert outstanding == set(range(1, 31)) - settled - excluded
    assert tracker.waiting == 0


@given(st.permutations(range(1, 20)))
def test_once_all_are_settled_one_ack_is_enough(order: list[int]) -> None:
    tracker = AckTracker()
    for tag in order:
        tracker.settle(tag)
    assert tracker.plan() == [(19, True)]


def test_a_gap_holds_back_what_is_beyond_it() -> None:
    tracker = AckTracker()
    for tag in (1, 2, 4, 5):
        tracker.settle(tag)
    assert tracker.plan() == [(2, True)]
    assert (tracker.plan(), tracker.waiting) == ([], 2)
    assert tracker.plan_all() == [(4, False), (5, False)]
    tracker.settle(3)
    assert tracker.plan() == [(3, True)]


def test_settling_twice_blocks_nothing() -> None:
    tracker = AckTracker()
    assert tracker.settle(1)
    assert tracker.plan() == [(1, True)]
    assert not tracker.settle(1)
    tracker.settle(2)
    assert tracker.plan() == [(2, True)]


def test_a_rejected_tag_leaves_no_gap() -> None:
    tracker = AckTracker()
    tracker.exclude(1)
    tracker.settle(2)
    assert not tracker.settle(1)
    assert tracker.plan() == [(2, True)]
