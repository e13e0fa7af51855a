"""A short run of each target; `python -m tests.fuzz --inputs 1000000` is the long one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.fuzz.run import Lapse, run
from tests.fuzz.targets import Target, targets


@pytest.mark.parametrize(
    ("name", "inputs"),
    [("commands", 3_000), ("events and replies", 2_000), ("interactions", 3_000), ("topology.yaml", 60)],
)
def test_whatever_comes_is_read_or_refused(tmp_path: Path, name: str, inputs: int) -> None:
    [target] = [one for one in targets(tmp_path) if one.name == name]
    seed = time.time_ns() % 1_000_000  # another one each time; a lapse says which
    assert run(target, inputs, seed=seed).inputs == inputs


def test_a_target_that_raises_or_hangs_is_found() -> None:
    def refuse(value: int) -> None:
        if value % 100 == 7:
            raise ZeroDivisionError

    with pytest.raises(Lapse, match=r"seed 1, input [0-9]+: [0-9]*7"):
        run(Target("numbers", lambda random: random.randrange(10_000), refuse, 1.0), 5_000, seed=1)
