"""Feeds a target. Input n of a run comes from the run's seed and n alone, so that each can be made again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from random import Random

from tests.fuzz.targets import Target

__all__ = ["Found", "Lapse", "run"]

_HANG_SECONDS = 5.0


class Lapse(Exception):
    """An input that was neither read nor refused, or not in time."""


@dataclass(slots=True)
class Found:
    """How many inputs were read or refused, and how long the slowest took."""

    name: str
    inputs: int = 0
    slowest_seconds: float = 0.0


def run(target: Target, inputs: int, *, seed: int) -> Found:
    """Raises Lapse, which says how to make the input again."""
    found = Found(target.name)
    for number in range(inputs):
        value = target.make(Random(f"{seed}:{number}"))
        began = time.perf_counter()
        try:
            target.read(value)
        except Exception as error:
            raise Lapse(f"{target.name}, seed {seed}, input {number}: {value!r:.2000}") from error
        took = time.perf_counter() - began
        if took > _HANG_SECONDS:
            raise Lapse(f"{target.name}, seed {seed}, input {number} took {took:.1f} s: {value!r:.2000}")
        found.inputs += 1
        found.slowest_seconds = max(found.slowest_seconds, took)
    return found
