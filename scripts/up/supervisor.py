"""Rooms that run side by side in one loop, and are stopped one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from loguru import logger

__all__ = ["Supervisor"]

_CANCELLED_SECONDS = 1.0

Work = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class _Room:
    task: asyncio.Task[None]
    stop: asyncio.Event


class Supervisor:
    """Each room gets an event that tells it to finish. One that ends by itself ends the platform."""

    def __init__(self) -> None:
        self._rooms: dict[str, _Room] = {}
        self._stopping: set[str] = set()
        self._ended = asyncio.Event()
        self._failure: BaseException | None = None

    def start(self, name: str, work: Work) -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(work(stop), name=name)
        task.add_done_callback(lambda done: self._note_end(name, done))
        self._rooms[name] = _Room(task, stop)

    async def wait(self, stop_requested: asyncio.Event) -> None:
        """Until a stop is asked for. Raises what a room raised, or RuntimeError for one that just ended."""
        waiting = [asyncio.create_task(event.wait()) for event in (stop_requested, self._ended)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()
        if self._failure is not None:
            raise self._failure

    async def stop(self, name: str, *, grace_seconds: float) -> None:
        """Ask the room to finish; cancel it after the grace period. Does nothing for one that was not started."""
        room = self._rooms.pop(name, None)
        if room is None:
            return
        self._stopping.add(name)
        room.stop.set()
        _, unfinished = await asyncio.wait([room.task], timeout=grace_seconds)
        if unfinished:
            logger.warning("{} did not finish in {} s and is cancelled", name, grace_seconds)
            room.task.cancel()
            await asyncio.wait([room.task], timeout=_CANCELLED_SECONDS)
        elif not room.task.cancelled() and (error := room.task.exception()) is not None:
            logger.opt(exception=error).error("{} failed while it stopped", name)

    async def cancel(self, name: str) -> None:
        """End a room that has nothing to finish."""
        room = self._rooms.pop(name)
        self._stopping.add(name)
        room.task.cancel()
        await asyncio.wait([room.task], timeout=_CANCELLED_SECONDS)

    def _note_end(self, name: str, task: asyncio.Task[None]) -> None:
        if name in self._stopping:
            return
        error = None if task.cancelled() else task.exception()
        self._failure = self._failure or error or RuntimeError(f"{name} ended by itself")
        self._ended.set()
