"""Acks and rejects of one channel, sent together and without waiting for the socket after each."""

from __future__ import annotations

import asyncio
from typing import Any

from bus._rabbitmq_errors import ignoring_failures
from bus.acks import AckTracker

__all__ = ["Settler"]

_GAP_SECONDS = 0.05
_MANY_WAITING = 256
_FINISH_SECONDS = 10.0


class Settler:
    """Sends once a turn of the loop what was settled in it; what waits behind a gap goes singly after 50 ms."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self._tracker = AckTracker()
        self._rejects: list[tuple[int, bool]] = []
        self._due = asyncio.Event()
        self._overdue = False
        self._gap_timer: asyncio.TimerHandle | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._sender = asyncio.create_task(self._send_what_is_due())

    def ack(self, tag: int) -> None:
        if not self._sender.done() and self._tracker.settle(tag):
            self._due.set()
            self._idle.clear()

    def reject(self, tag: int, *, requeue: bool) -> None:
        if not self._sender.done() and self._tracker.exclude(tag):
            self._rejects.append((tag, requeue))
            self._due.set()
            self._idle.clear()

    async def finish(self) -> None:
        """Send everything, and wait until the socket took it. Never interrupted half-way by a cancellation."""
        self._overdue = True
        self._due.set()
        with ignoring_failures():
            async with asyncio.timeout(_FINISH_SECONDS):
                await asyncio.shield(self._idle.wait())
        self.abandon()

    def abandon(self) -> None:
        if self._gap_timer is not None:
            self._gap_timer.cancel()
        self._sender.cancel()
        self._idle.set()

    async def _send_what_is_due(self) -> None:
        try:
            with ignoring_failures():
                while True:
                    await self._due.wait()
                    await asyncio.sleep(0)  # whoever settles a batch in this turn of the loop settles all of it
                    self._due.clear()
                    await self._send()
                    if not self._due.is_set() and not self._tracker.waiting:
                        self._idle.set()
        finally:
            self._idle.set()

    async def _send(self) -> None:
        # Taken together: a `multiple` ack may cover a rejected tag, so its reject must have gone before.
        rejects, self._rejects = self._rejects, []
        if self._overdue or self._tracker.waiting >= _MANY_WAITING:
            plan = self._tracker.plan_all()
            self._overdue = False
        else:
            plan = self._tracker.plan()
        for tag, requeue in rejects:
            await self._channel.basic_reject(tag, requeue=requeue, wait=False)
        for tag, multiple in plan:
            # Draining the socket for each ack would halve the rate.
            await self._channel.basic_ack(tag, multiple=multiple, wait=False)
        if self._tracker.waiting and self._gap_timer is None:
            self._gap_timer = asyncio.get_running_loop().call_later(_GAP_SECONDS, self._gap_is_old)

    def _gap_is_old(self) -> None:
        self._gap_timer = None
        if self._tracker.waiting:
            self._overdue = True
            self._due.set()
