"""Answers that take long to work out, kept for some seconds: who asks the same meanwhile is told the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from bus.clock import Clock

__all__ = ["Kept"]

T = TypeVar("T")

_MOST = 200


@dataclass(frozen=True, slots=True)
class _Answer:
    coming: asyncio.Future[Any]
    until: float


class Kept:
    """Of one process; at most 200 answers, the oldest go first. Rights are for the caller to ask, each time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answers: dict[Hashable, _Answer] = {}

    async def get(self, key: Hashable, seconds: float, find: Callable[[], Awaitable[T]]) -> T:
        """What `find` answers, or answered under this key within the last `seconds`; all who wait share one `find`.

        Raises what `find` raises, which is not kept.
        """
        now = self._clock.monotonic()
        answer = self._answers.get(key)
        if answer is None or answer.until <= now:
            answer = _Answer(asyncio.ensure_future(_awaited(find)), now + seconds)
            self._answers.pop(key, None)
            self._answers[key] = answer
            while len(self._answers) > _MOST:
                del self._answers[next(iter(self._answers))]
        try:
            # Shielded: one who hangs up takes nothing from the others.
            found: T = await asyncio.shield(answer.coming)
        except BaseException:
            if answer.coming.done() and self._answers.get(key) is answer:
                del self._answers[key]
            raise
        return found


async def _awaited(find: Callable[[], Awaitable[T]]) -> T:
    return await find()
