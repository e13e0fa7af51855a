"""A clock that somebody else can step: its offset stands in a file, so that a running process sees it at once."""

from __future__ import annotations

import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

__all__ = ["SteppedClock", "step_clock"]

_OFFSET = struct.Struct("d")


def step_clock(file: Path, offset_seconds: float) -> None:
    """Whoever reads this file's clock is so much ahead of the machine's from now on."""
    with file.open("r+b" if file.exists() else "wb") as open_file:
        open_file.write(_OFFSET.pack(offset_seconds))


class SteppedClock:
    """`bus.clock.Clock` with a wall clock that jumps; the monotonic one goes on, as it does on a machine."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as open_file:
            self._offset = mmap.mmap(open_file.fileno(), _OFFSET.size, access=mmap.ACCESS_READ)

    def now(self) -> datetime:
        (seconds,) = _OFFSET.unpack(self._offset[: _OFFSET.size])
        return datetime.now(UTC) + timedelta(seconds=seconds)

    def monotonic(self) -> float:
        return time.monotonic()
