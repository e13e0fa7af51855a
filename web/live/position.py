"""Where a session is in the stream, as the SSE id `epoch.partition.offset`, and whether it can go on from there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["Position", "Resume", "decide_resume", "parse_position"]

PARTITION = 0
"""The stream is not partitioned yet; the id already has the field, so that it can be without breaking clients."""

_FORM = re.compile(r"([0-9a-f]{32})\.(\d{1,4})\.(-1|\d{1,19})")

Resume = Literal["continue", "wait", "reset"]


@dataclass(frozen=True, slots=True)
class Position:
    """The last event that a session has seen; `offset` -1 is before the first one."""

    epoch: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.partition}.{self.offset}"


def parse_position(text: str) -> Position | None:
    """The position in a `Last-Event-ID`, or None for anything that this platform never sent."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    return Position(found[1], int(found[2]), int(found[3]))


def decide_resume(asked: Position, *, epoch: str, reach: int, floor: int, head: int) -> Resume:
    """What to do with a session that has seen everything up to `asked`.

    This process holds everything after `floor` up to `head`, and soon everything after `reach`. One that has seen more
    than this process, or less than it holds yet, `wait`s; what is no longer kept, or belongs to another stream, cannot
    be continued.
    """
    if asked.epoch != epoch or asked.partition != PARTITION or asked.offset < reach:
        return "reset"
    return "continue" if floor <= asked.offset <= head else "wait"
