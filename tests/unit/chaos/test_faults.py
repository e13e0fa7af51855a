"""The table of faults, and the order in which they come."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

from tests.chaos.faults.table import FAULTS, deck
from tests.chaos.kinds import KINDS, SOURCES


def test_the_same_seed_gives_the_same_faults() -> None:
    first, again, other = ([fault.name for fault in islice(deck(Random(seed)), 200)] for seed in (5, 5, 6))
    assert first == again != other


def test_each_round_has_every_fault_as_often_as_its_share() -> None:
    size = sum(fault.share for fault in FAULTS)
    names = Counter(fault.name for fault in islice(deck(Random(1)), size))
    assert names == {fault.name: fault.share for fault in FAULTS}


def test_one_fault_alone_comes_again_and_again() -> None:
    assert {fault.name for fault in islice(deck(Random(1), ["web killed"]), 10)} == {"web killed"}


def test_the_load_has_every_effect_from_every_way_in_and_both_lanes() -> None:
    assert sum(kind.share for kind in KINDS) == 1000
    effects = {(kind.effect, source) for kind in KINDS for source in kind.sources}
    assert effects == {(kind.effect, source) for kind in KINDS for source, _ in SOURCES}
    assert {kind.lane for kind in KINDS} == {"interactive", "bulk"}
