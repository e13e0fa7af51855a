"""Where a transport puts what arrived, and where a consumer takes it from in batches."""

from __future__ import annotations

import asyncio
from collections import deque

from bus.transport import Delivery

__all__ = ["Inbox"]


class Inbox:
    """Deliveries in the order of their arrival. One waiter at a time is woken for each change."""

    def __init__(self) -> None:
        self._held: deque[Delivery] = deque()
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._closed = False

    def put(self, delivery: Delivery) -> None:
        self._held.append(delivery)
        if self._waiting and len(self._held) >= self._waiting[0][0]:
            self._wake()

    def forget(self) -> None:
        """Drop what was not handed out: its channel is gone, and the broker delivers it again."""
        self._held.clear()

    def close(self) -> None:
        """No more will arrive: waiters get what there is, then []."""
        self._closed = True
        while self._waiting:
            self._wake()

    async def batch(self, *, most: int, wait_seconds: float) -> list[Delivery]:
        """See `Consumer.batch`."""
        while True:
            while not self._held and not self._closed:
                await self._until(1, None)
            if len(self._held) < most and not self._closed and wait_seconds > 0:
                await self._until(most, wait_seconds)
            else:
                # A consumer that is never short of work must still let everybody else have a turn.
                await asyncio.sleep(0)
            if self._held or self._closed:
                return [self._held.popleft() for _ in range(min(most, len(self._held)))]

    def _wake(self) -> None:
        future = self._waiting.popleft()[1]
        if not future.done():
            future.set_result(None)

    async def _until(self, count: int, timeout: float | None) -> None:
        future = asyncio.get_running_loop().create_future()
        entry = (count, future)
        self._waiting.append(entry)
        try:
            async with asyncio.timeout(timeout):
                await future
        except TimeoutError:
            pass
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)
