"""Handlers that wait where a test wants them to."""

from __future__ import annotations

import asyncio

from models.outcome import Outcome
from workers.handlers.table import BUILT_IN
from workers.ports import Call, Handler

__all__ = ["Gate"]


class Gate:
    """A command's own handler behind a gate: `begun` is set once one waits there, `open` lets them through."""

    def __init__(self, type: str) -> None:
        self._handler = next(handler for handler in BUILT_IN if handler.spec.type == type)
        self.begun = asyncio.Event()
        self.open = asyncio.Event()
        self.runs = 0

    @property
    def handlers(self) -> dict[str, Handler]:
        """For `Platform.worker(handlers=…)`."""
        inner = self._handler
        return {inner.spec.type: Handler(inner.spec, self._run, look=inner.look)}

    async def _run(self, call: Call) -> Outcome:
        self.runs += 1
        self.begun.set()
        await self.open.wait()
        return await self._handler.run(call)

    async def reached(self) -> None:
        await asyncio.wait_for(self.begun.wait(), 8)
