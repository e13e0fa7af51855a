"""hikari's rate-limit buckets, made fit for calls that are given up while they wait for their turn.

hikari 2.7 keeps a line of waiting calls for each bucket. One that is cancelled there stays in the line, and ends the
task that lets the others through when its turn comes: no call of that route is made any more while the process lives.
It also divides by a window's length, which Discord writes as 0.000 in a window's last half millisecond.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from hikari.impl.buckets import RESTBucket, RESTBucketManager
from hikari.internal.routes import CompiledRoute

__all__ = ["CancellableBuckets"]

_SHORTEST_WINDOW_SECONDS = 0.001


@dataclass(slots=True)
class _Line:
    """Who waits for a bucket. Only the first is known to hikari; if it leaves, its turn is the next one's."""

    first: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    turn: asyncio.Task[None] | None = None


class CancellableBuckets(RESTBucketManager):
    """Never cancels what it asks of a bucket."""

    __slots__ = ("_lines",)

    def __init__(self, max_rate_limit: float) -> None:
        super().__init__(max_rate_limit)
        self._lines: dict[RESTBucket, _Line] = {}

    def acquire_bucket(
        self, compiled_route: CompiledRoute, authentication: str | None
    ) -> AbstractAsyncContextManager[None]:
        bucket = super().acquire_bucket(compiled_route, authentication)
        if not isinstance(bucket, RESTBucket):
            raise TypeError(f"hikari's buckets have changed: {type(bucket).__name__}")
        return self._acquired(bucket)

    def update_rate_limits(
        self,
        compiled_route: CompiledRoute,
        authentication: str | None,
        bucket_header: str,
        remaining_header: int,
        limit_header: int,
        reset_at: float,
        reset_after: float,
    ) -> None:
        reset_after = max(reset_after, _SHORTEST_WINDOW_SECONDS)
        super().update_rate_limits(
            compiled_route, authentication, bucket_header, remaining_header, limit_header, reset_at, reset_after
        )

    @asynccontextmanager
    async def _acquired(self, bucket: RESTBucket) -> AsyncIterator[None]:
        await self._wait(bucket)
        try:
            yield
        finally:
            bucket.release()

    async def _wait(self, bucket: RESTBucket) -> None:
        line = self._lines.setdefault(bucket, _Line())
        line.waiting += 1
        try:
            async with line.first:
                if line.turn is None:
                    line.turn = asyncio.create_task(bucket.acquire())
                turn = line.turn
                try:
                    await asyncio.shield(turn)
                finally:
                    if turn.done() and (turn.cancelled() or turn.exception() is not None):
                        line.turn = None
                line.turn = None
        finally:
            line.waiting -= 1
            self._leave(bucket, line)

    def _leave(self, bucket: RESTBucket, line: _Line) -> None:
        """Once nobody waits any more, a turn that still comes is handed back."""
        if line.waiting:
            return
        if line.turn is None:
            self._lines.pop(bucket, None)
        else:
            line.turn.add_done_callback(partial(self._hand_back, bucket, line))

    def _hand_back(self, bucket: RESTBucket, line: _Line, turn: asyncio.Task[None]) -> None:
        if line.waiting or line.turn is not turn:
            return  # somebody came meanwhile, and has it
        line.turn = None
        self._lines.pop(bucket, None)
        if not turn.cancelled() and turn.exception() is None:
            bucket.release()
