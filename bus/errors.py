"""Every error of the bus: one sentence each, and each says whether trying again can help."""

from __future__ import annotations

__all__ = [
    "AccessRefused",
    "BrokerAddressInvalid",
    "BrokerUnavailable",
    "BusError",
    "CircuitOpen",
    "InvalidMessage",
    "PublishRefused",
    "PublishUnconfirmed",
    "TopologyDrift",
    "TopologyInvalid",
    "Unroutable",
]


class BusError(Exception):
    """Base of the bus's errors; `retryable` is the fact that `bus.retry` decides on."""

    retryable = False


class InvalidMessage(BusError):
    """A message that can never be handled as it is: malformed, unknown, too large or not its sender's to send."""


class Unroutable(BusError):
    """The broker took the message but no queue is bound for it: the topology was not applied."""

    retryable = True


class PublishRefused(BusError):
    """A queue that must take the message refused it, because it is full."""

    retryable = True


class PublishUnconfirmed(BusError):
    """The broker did not confirm in time: the message may or may not have been taken."""

    retryable = True


class BrokerUnavailable(BusError):
    """No connection to the broker at present."""

    retryable = True


class AccessRefused(BusError):
    """The broker does not let this user in, or not do this."""


class BrokerAddressInvalid(BusError):
    """The broker's URL says something it cannot mean; the message never holds the password."""


class CircuitOpen(BusError):
    """Too many failures in a row: calls are refused until the circuit half-opens."""

    retryable = True

    def __init__(self, name: str, retry_after_seconds: float) -> None:
        super().__init__(f"{name} failed too often; the next try is allowed in {retry_after_seconds:.1f} s")
        self.retry_after_seconds = retry_after_seconds


class TopologyInvalid(BusError):
    """`topology.yaml` says something it cannot mean; the message names file, line and key."""


class TopologyDrift(BusError):
    """The broker's exchanges, queues or bindings differ from `topology.yaml`."""
