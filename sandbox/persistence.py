"""The world on disk: one JSON file, replaced whole, some moments after a change."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from sandbox.state import WorldState

__all__ = ["StateFile"]


class StateFile:
    """Many changes in a row are one write, `delay_seconds` after the first."""

    def __init__(self, path: Path, snapshot: Callable[[], WorldState], *, delay_seconds: float = 1.0) -> None:
        self._path = path
        self._snapshot = snapshot
        self._delay_seconds = delay_seconds
        self._timer: asyncio.TimerHandle | None = None
        self._dirty = False

    def load(self) -> WorldState | None:
        """None when there is no file yet. A damaged file raises `msgspec.DecodeError`: it is not overwritten unseen."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=WorldState)
        except FileNotFoundError:
            return None

    def touch(self) -> None:
        self._dirty = True
        if self._timer is None:
            try:
                self._timer = asyncio.get_running_loop().call_later(self._delay_seconds, self.save)
            except RuntimeError:
                return  # No loop yet: the save on stop writes it.

    def save(self) -> None:
        """Writes if anything changed. The rename makes the new file appear whole or not at all."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._dirty:
            return
        self._dirty = False
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(self._path.name + ".new")
        temporary.write_bytes(msgspec.json.encode(self._snapshot()))
        os.replace(temporary, self._path)
