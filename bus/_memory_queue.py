"""A quorum queue in memory: prefetch, acks, redelivery counted against a limit, expiry at the head."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bus._declarations import QuorumQueue
from bus._inbox import Inbox
from bus.clock import Clock
from bus.transport import Delivery, Depth

__all__ = ["DeadReason", "MemoryQueue", "QueueReader", "Stored"]

DeadReason = Literal["expired", "rejected", "delivery_limit"]


@dataclass(slots=True, eq=False)
class Stored:
    """A message as a broker keeps it. `due` is the monotonic second at which it expires."""

    body: bytes
    exchange: str
    routing_key: str
    headers: Mapping[str, object]
    content_encoding: str
    user_id: str
    timestamp: datetime
    expiration_ms: int | None = None
    delivery_count: int = 0
    due: float | None = None


@dataclass(slots=True, eq=False)
class QueueReader:
    """One consumer's place at a queue: what it was given and has not settled."""

    inbox: Inbox
    prefetch: int
    epoch: int
    held: dict[int, Stored] = field(default_factory=dict)
    last_tag: int = 0


class MemoryQueue:
    """Calls `bury(stored, reason, queue)` for what expired, was rejected or came too often.

    As in a quorum queue, expiry happens at the head only, and a message that comes back is delivered first.
    """

    def __init__(
        self, declared: QuorumQueue, clock: Clock, bury: Callable[[Stored, DeadReason, QuorumQueue], None]
    ) -> None:
        self.declared = declared
        self._clock = clock
        self._bury = bury
        self._ready: deque[Stored] = deque()
        self._readers: deque[QueueReader] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def full(self) -> bool:
        return len(self._ready) >= self.declared.max_length

    @property
    def depth(self) -> int:
        """Messages ready and held by consumers."""
        return len(self._ready) + sum(len(reader.held) for reader in self._readers)

    @property
    def now(self) -> Depth:
        return Depth(len(self._ready), sum(reader.prefetch > 0 for reader in self._readers))

    def put(self, stored: Stored) -> None:
        ttl_ms = self.declared.message_ttl_ms
        if stored.expiration_ms is not None:
            ttl_ms = stored.expiration_ms if ttl_ms is None else min(ttl_ms, stored.expiration_ms)
        if ttl_ms is not None:
            stored.due = self._clock.monotonic() + ttl_ms / 1000
        self._ready.append(stored)
        self._serve()

    def attach(self, reader: QueueReader) -> None:
        self._readers.append(reader)
        self._serve()

    def detach(self, reader: QueueReader) -> None:
        """No more deliveries to this reader; what it holds stays held."""
        reader.prefetch = 0

    def remove(self, reader: QueueReader) -> None:
        """The reader's channel closed: everything it holds comes back, counted as a delivery each."""
        self._readers.remove(reader)
        held, reader.held = reader.held, {}
        self._return(list(held.values()))

    def ack(self, reader: QueueReader, tag: int) -> None:
        if reader.held.pop(tag, None) is not None and self._ready:
            self._serve()

    def reject(self, reader: QueueReader, tag: int) -> None:
        stored = reader.held.pop(tag, None)
        if stored is not None:
            self._bury(stored, "rejected", self.declared)
            self._serve()

    def requeue(self, reader: QueueReader, tag: int) -> None:
        stored = reader.held.pop(tag, None)
        if stored is not None:
            self._return([stored])

    def expire(self) -> None:
        """Bury what is due at the head, and set the timer for the next."""
        now = self._clock.monotonic()
        while self._ready and (due := self._ready[0].due) is not None and due <= now:
            self._bury(self._ready.popleft(), "expired", self.declared)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._ready and (due := self._ready[0].due) is not None:
            self._timer = asyncio.get_running_loop().call_later(due - now, self._serve)

    def _return(self, returned: list[Stored]) -> None:
        limit = self.declared.delivery_limit
        for stored in reversed(returned):
            stored.delivery_count += 1
            if limit is not None and stored.delivery_count > limit:
                self._bury(stored, "delivery_limit", self.declared)
            else:
                self._ready.appendleft(stored)
        self._serve()

    def _serve(self) -> None:
        readers = self._readers
        idle = 0
        while self._ready and idle < len(readers):
            if self._ready[0].due is not None:
                self.expire()
                if not self._ready:
                    break
            reader = readers[0]
            readers.rotate(-1)
            if len(reader.held) >= reader.prefetch:
                idle += 1
                continue
            idle = 0
            self._hand_out(reader, self._ready.popleft())
        if self._timer is not None or (self._ready and self._ready[0].due is not None):
            self.expire()

    def _hand_out(self, reader: QueueReader, stored: Stored) -> None:
        reader.last_tag += 1
        reader.held[reader.last_tag] = stored
        reader.inbox.put(
            Delivery(
                body=stored.body,
                queue=self.declared.name,
                exchange=stored.exchange,
                routing_key=stored.routing_key,
                headers=stored.headers,
                content_encoding=stored.content_encoding,
                user_id=stored.user_id,
                redelivered=stored.delivery_count > 0,
                delivery_count=stored.delivery_count,
                tag=reader.last_tag,
                epoch=reader.epoch,
                published_at=stored.timestamp,
            )
        )
