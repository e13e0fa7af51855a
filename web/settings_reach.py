"""On how many of the live processes a server's settings are in force (FEATURES.md X10). Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from models.processes import ProcessStatus
from models.settings_store import StoredSettings

__all__ = ["Reach", "Reached", "reach_of"]


class Reached(msgspec.Struct, frozen=True):
    """Of the live processes of one kind, how many obey the version."""

    live: int
    of: int


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """`everywhere` only where at least one bot and one worker are alive and all of them obey the version."""

    version: int
    bots: Reached
    workers: Reached
    everywhere: bool


def reach_of(stored: StoredSettings, processes: Iterable[ProcessStatus]) -> Reach:
    """A process obeys what was changed at or before the control version that it has read."""
    alive = list(processes)

    def reached(kind: str) -> Reached:
        mine = [process.control_version >= stored.control_version for process in alive if process.kind == kind]
        return Reached(sum(mine), len(mine))

    bots, workers = reached("bot"), reached("worker")
    everywhere = all(one.of and one.live == one.of for one in (bots, workers))
    return Reach(version=stored.version, bots=bots, workers=workers, everywhere=everywhere)
