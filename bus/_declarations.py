"""What can be declared on the broker: exchanges, queues, bindings, users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bus.retry import Level
from bus.senders import Sender

__all__ = [
    "Argument",
    "Binding",
    "Exchange",
    "ExchangeType",
    "Permissions",
    "Queue",
    "QuorumQueue",
    "Stream",
    "Topology",
    "User",
]

ExchangeType = Literal["topic", "fanout", "direct"]
Argument = str | int


@dataclass(frozen=True, slots=True)
class Exchange:
    """A durable exchange."""

    name: str
    type: ExchangeType


@dataclass(frozen=True, slots=True)
class QuorumQueue:
    """A work queue, or a level of the retry ladder when it has a `message_ttl_ms`.

    `dead_letter_exchange` None keeps no dead letters; "" is the default exchange, which routes by queue name.
    """

    name: str
    max_length: int
    delivery_limit: int | None = None
    dead_letter_exchange: str | None = None
    message_ttl_ms: int | None = None

    @property
    def arguments(self) -> dict[str, Argument]:
        """RabbitMQ's arguments. No dead-letter routing key: a dead letter keeps the key that it came with."""
        arguments: dict[str, Argument] = {
            "x-queue-type": "quorum",
            "x-max-length": self.max_length,
            "x-overflow": "reject-publish",
        }
        if self.delivery_limit is not None:
            arguments["x-delivery-limit"] = self.delivery_limit
        if self.message_ttl_ms is not None:
            arguments["x-message-ttl"] = self.message_ttl_ms
        if self.dead_letter_exchange is not None:
            arguments["x-dead-letter-exchange"] = self.dead_letter_exchange
            arguments["x-dead-letter-strategy"] = "at-least-once"
        return arguments


@dataclass(frozen=True, slots=True)
class Stream:
    """A log that many read, each at its own offset; kept by age and size."""

    name: str
    max_age_seconds: int
    max_bytes: int
    segment_bytes: int

    @property
    def arguments(self) -> dict[str, Argument]:
        return {
            "x-queue-type": "stream",
            "x-max-age": f"{self.max_age_seconds}s",
            "x-max-length-bytes": self.max_bytes,
            "x-stream-max-segment-size-bytes": self.segment_bytes,
        }


Queue = QuorumQueue | Stream


@dataclass(frozen=True, slots=True, order=True)
class Binding:
    """From an exchange to a queue, or to another exchange."""

    source: str
    destination_kind: Literal["queue", "exchange"]
    destination: str
    routing_key: str


@dataclass(frozen=True, slots=True)
class Permissions:
    """RabbitMQ's three regular expressions, matched against names of exchanges and queues."""

    configure: str
    write: str
    read: str


@dataclass(frozen=True, slots=True)
class User:
    name: str
    permissions: Permissions
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topology:
    """Everything to declare, the ladder's exchanges, queues and bindings included, each by name.

    `ladder` has the levels in rising order; a level's name is its exchange's and its queue's.
    """

    exchanges: Mapping[str, Exchange]
    queues: Mapping[str, Queue]
    bindings: tuple[Binding, ...]
    ladder: tuple[Level, ...]
    max_attempts: int
    users: Mapping[str, User] = field(default_factory=dict)
    senders: Mapping[str, Sender] = field(default_factory=dict)
