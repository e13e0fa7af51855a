"""Events on their way to the broker: in order, confirmed, kept through an outage up to a bound, never lost silently."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime

from loguru import logger

from bot.health import BotHealth
from bot.recovery import backoff_seconds
from bus import codec
from bus.clock import Clock
from bus.envelopes import Event
from bus.errors import BusError
from bus.transport import Message, Transport

__all__ = ["Outbox"]

_BATCH = 250
_BOUND = 20_000
_PUBLISH_SECONDS = 10.0


def _message(event: Event) -> Message:
    # Encoded as soon as it comes: what cannot be encoded must not sit at the head of the queue.
    return Message("events", event.type, codec.encode(event))


class Outbox:
    """A bounded buffer with one publisher, so that events of a guild leave in the order of their arrival.

    A flood (a thousand members join) goes out in batches of confirms. When the bound is hit, newer events are
    dropped and counted, and as soon as there is room again `overflowed(since)` says which gap to report.
    """

    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        health: BotHealth,
        *,
        overflowed: Callable[[datetime, datetime], list[Event]],
        bound: int = _BOUND,
        chance: Callable[[], float],
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._health = health
        self._overflowed = overflowed
        self._bound = bound
        self._chance = chance
        self._waiting: deque[Message] = deque()
        self._full_since: datetime | None = None
        self._there = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    def put(self, event: Event) -> None:
        """Take an event, at once; what cannot be kept becomes part of a gap."""
        if len(self._waiting) >= self._bound or self._full_since is not None:
            if self._full_since is None:
                self._full_since = self._clock.now()
                logger.error("the broker takes no events and {} are waiting: newer ones are dropped", self._bound)
            self._health.events_dropped += 1
            return
        self._waiting.append(_message(event))
        self._changed()

    async def run(self) -> None:
        """Publish until cancelled."""
        failures = 0
        while True:
            await self._there.wait()
            batch = [self._waiting[at] for at in range(min(_BATCH, len(self._waiting)))]
            trouble = await self._publish(batch)
            if trouble is None:
                failures = 0
                continue
            failures += 1
            if failures == 1:
                logger.warning("events wait for the broker ({} of them): {}", len(self._waiting), trouble)
            await asyncio.sleep(backoff_seconds(failures, self._chance()))

    async def drained(self, within_seconds: float) -> bool:
        """Wait until everything is published; False when that took too long."""
        try:
            async with asyncio.timeout(within_seconds):
                await self._empty.wait()
        except TimeoutError:
            logger.warning("{} events were not published before the stop", len(self._waiting))
            return False
        return True

    async def _publish(self, batch: list[Message]) -> BusError | None:
        """Remove from the buffer what is confirmed, and what can never be; return why the rest is not."""
        answers = await self._transport.publish_all(batch, timeout_seconds=_PUBLISH_SECONDS)
        kept: list[Message] = []
        trouble: BusError | None = None
        for message, error in zip(batch, answers, strict=True):
            if error is None:
                self._health.events_published += 1
            elif error.retryable:
                kept.append(message)
                trouble = error
            else:
                self._health.events_dropped += 1
                logger.error("a {} event cannot be published: {}", message.routing_key, error)
        for _ in batch:
            self._waiting.popleft()
        # A channel confirms and fails in order, so that what is kept is the end of the batch.
        self._waiting.extendleft(reversed(kept))
        if self._full_since is not None and len(self._waiting) < self._bound // 2:
            since, self._full_since = self._full_since, None
            self._waiting.extend(_message(event) for event in self._overflowed(since, self._clock.now()))
        self._changed()
        return trouble

    def _changed(self) -> None:
        self._health.events_waiting = len(self._waiting)
        if self._waiting:
            self._there.set()
            self._empty.clear()
        else:
            self._there.clear()
            self._empty.set()
