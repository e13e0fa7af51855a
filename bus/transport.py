"""The transport protocol: what RabbitMQ and the in-memory broker both do, in AMQP's own words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from bus.errors import BusError

__all__ = ["Consumer", "Delivery", "Depth", "Message", "StreamEntry", "StreamOffset", "Transport"]

StreamOffset = int | Literal["first", "last", "next"]


class Message(msgspec.Struct, frozen=True):
    """Something to publish. The transport adds the AMQP message id and its own `user_id`, and compresses."""

    exchange: str
    routing_key: str
    body: bytes
    headers: Mapping[str, str | int] = {}
    expiration_ms: int | None = None


class Delivery(msgspec.Struct, frozen=True, eq=False):
    """One message of a work queue, to be settled once. `body` is as sent: `bus.codec.decompress` gives the plain one.

    `user_id` is who published it, as the broker verified; `delivery_count` is how often it was delivered before (quorum
    queues count it); `published_at` is when its publisher sent it, to the second; `tag` and `epoch` (which channel it
    came on) are the transport's own.
    """

    body: bytes
    queue: str
    exchange: str
    routing_key: str
    headers: Mapping[str, object]
    content_encoding: str
    user_id: str | None
    redelivered: bool
    delivery_count: int
    tag: int
    epoch: int
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StreamEntry:
    """One entry of a stream; offsets are the same for every reader and rise by one."""

    offset: int
    body: bytes
    routing_key: str
    exchange: str
    content_encoding: str
    user_id: str | None
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class Depth:
    """How full a work queue is: messages that wait for a consumer (not those that one holds), and its consumers."""

    ready: int
    consumers: int


class Consumer(Protocol):
    """A work queue's deliveries, restored by itself when the connection was lost."""

    async def batch(self, *, most: int, wait_seconds: float) -> list[Delivery]:
        """Wait for one delivery, then take up to `most` that arrive within `wait_seconds` after it.

        Returns [] once the consumer was stopped and everything it held was handed out.
        """
        ...

    def ack(self, delivery: Delivery) -> None:
        """Settle it. Sent soon, with `multiple` for the contiguous settled prefix of its channel.

        A delivery of a channel that is gone is ignored: the broker delivers it again.
        """
        ...

    def reject(self, delivery: Delivery) -> None:
        """Give it to the queue's dead-letter exchange."""
        ...

    def requeue(self, delivery: Delivery) -> None:
        """Give it back untouched (a shutdown that cannot finish it). Never a way to retry."""
        ...

    async def stop(self) -> None:
        """Take no more deliveries; those held can still be settled."""
        ...


class Transport(Protocol):
    """A process's way to the broker: one connection for publishing, others for consuming."""

    @property
    def user(self) -> str:
        """The broker user, which is stamped on every message and verified by the broker."""
        ...

    @property
    def connected(self) -> bool: ...

    async def start(self) -> None:
        """Connect, waiting with backoff until the broker is there."""
        ...

    async def close(self) -> None:
        """Cancel consumers, flush acks, close: in this order."""
        ...

    async def publish(self, message: Message, *, timeout_seconds: float = 10.0) -> None:
        """Publish one persistent message and wait for the confirm.

        Raises Unroutable, PublishRefused, PublishUnconfirmed or BrokerUnavailable.
        """
        ...

    async def publish_all(self, messages: Sequence[Message], *, timeout_seconds: float = 10.0) -> list[BusError | None]:
        """Publish in one window of confirms; the answer has one entry a message, in order: None is confirmed."""
        ...

    def consume(self, queue: str, *, prefetch: int) -> AbstractAsyncContextManager[Consumer]:
        """Consume a work queue with manual acks."""
        ...

    def follow(self, stream: str, *, offset: StreamOffset, prefetch: int = 500) -> AsyncIterator[StreamEntry]:
        """Read a stream from `offset`, over reconnects without loss or repeat, until closed."""
        ...

    async def stream_ends(self, stream: str) -> tuple[int, int] | None:
        """The first and last offset that the stream holds, or None while it is empty."""
        ...

    async def depths(self, queues: Sequence[str]) -> Mapping[str, Depth]:
        """How full each of these work queues is now. Raises BrokerUnavailable or TopologyDrift."""
        ...

    def listen(self, exchange: str) -> AsyncIterator[bytes]:
        """Bodies published to a fanout exchange from now on, through an exclusive queue of this process.

        Yields b"" after every (re)connection: whoever listens must then look for what was missed.
        """
        ...
