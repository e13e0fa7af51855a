"""Bring a broker to what `topology.yaml` says, and tell where it differs. Nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bus._rabbitmq_management import Inventory, read_inventory
from bus._rabbitmq_topology import Declarer, open_declarer
from bus.errors import TopologyDrift
from bus.topology import Binding, Stream, Topology

__all__ = ["Applied", "Change", "apply", "plan", "verify"]

ChangeKind = Literal["create", "differs", "extra", "unverified"]
ObjectKind = Literal["exchange", "queue", "binding"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `create` is missing (or, from `apply`, was made), `differs` must be solved by hand: the broker
    cannot change the arguments of what exists. `extra` is on the broker only. `unverified` could not be seen.
    """

    kind: ChangeKind
    object: ObjectKind
    name: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.object} {self.name}" + (f": {self.detail}" if self.detail else "")


@dataclass(frozen=True, slots=True)
class Applied:
    """What was made, what is left, and the streams made anew: each needs a new epoch, for its offsets begin at 0."""

    changes: tuple[Change, ...]
    streams_created: frozenset[str]


async def plan(url: str, topology: Topology, *, management_url: str | None = None) -> list[Change]:
    """What differs. Without the management API's URL bindings and extra objects can't be seen.

    Raises BrokerUnavailable, AccessRefused or BrokerAddressInvalid.
    """
    async with open_declarer(url) as declarer:
        changes = await _states(declarer, topology)
    if management_url is None:
        seen = "AMQP cannot list bindings; give the URL of the management API to verify them"
        return [*changes, Change("unverified", "binding", "*", seen)]
    listed = _compared(await read_inventory(management_url, url), topology)
    known = {(change.object, change.name) for change in changes}
    return [*changes, *(change for change in listed if (change.object, change.name) not in known)]


async def verify(url: str, topology: Topology, *, management_url: str | None = None) -> list[Change]:
    """As `plan`, but raises TopologyDrift that lists every difference; returns what could not be verified."""
    changes = await plan(url, topology, management_url=management_url)
    drift = [change for change in changes if change.kind != "unverified"]
    if drift:
        raise TopologyDrift("the broker differs from topology.yaml:\n" + "\n".join(f"  {change}" for change in drift))
    return changes


async def apply(url: str, topology: Topology) -> Applied:
    """Create what is missing and bind it. What differs stays as it is and is reported.

    Raises BrokerUnavailable, AccessRefused or BrokerAddressInvalid.
    """
    async with open_declarer(url) as declarer:
        changes = await _states(declarer, topology)
        missing = {(change.object, change.name) for change in changes if change.kind == "create"}
        for exchange in topology.exchanges.values():
            if ("exchange", exchange.name) in missing:
                await declarer.declare_exchange(exchange)
        for queue in topology.queues.values():
            if ("queue", queue.name) in missing:
                await declarer.declare_queue(queue)
        for binding in topology.bindings:
            await declarer.bind(binding)
    streams = {name for name, queue in topology.queues.items() if isinstance(queue, Stream)}
    return Applied(tuple(changes), frozenset(streams & {name for kind, name in missing if kind == "queue"}))


async def _states(declarer: Declarer, topology: Topology) -> list[Change]:
    changes = []
    for exchange in topology.exchanges.values():
        changes += _change("exchange", exchange.name, await declarer.exchange_state(exchange))
    for queue in topology.queues.values():
        changes += _change("queue", queue.name, await declarer.queue_state(queue))
    return changes


def _change(kind: ObjectKind, name: str, state: str) -> list[Change]:
    if state == "there":
        return []
    return [Change("create", kind, name) if state == "missing" else Change("differs", kind, name, state)]


def _compared(inventory: Inventory, topology: Topology) -> list[Change]:
    """What only a listing shows: bindings both ways, extra exchanges and queues, arguments that nobody compares."""
    wanted = frozenset(topology.bindings)
    ours = [binding for binding in inventory.bindings if binding.source in topology.exchanges]
    changes = [Change("create", "binding", _binding_name(binding)) for binding in sorted(wanted - inventory.bindings)]
    changes += [Change("extra", "binding", _binding_name(binding)) for binding in sorted(set(ours) - wanted)]
    changes += _extra("exchange", inventory.exchanges - topology.exchanges.keys())
    changes += _extra("queue", inventory.queues.keys() - topology.queues.keys())
    for name in sorted(topology.queues.keys() & inventory.queues.keys()):
        # RabbitMQ compares only the arguments it knows when a queue is declared again.
        unknown = sorted(inventory.queues[name].keys() - topology.queues[name].arguments.keys())
        if unknown:
            changes.append(Change("differs", "queue", name, f"has the arguments {', '.join(unknown)} beyond ours"))
    return changes


def _extra(kind: ObjectKind, names: Iterable[str]) -> list[Change]:
    return [Change("extra", kind, name) for name in sorted(names)]


def _binding_name(binding: Binding) -> str:
    return f"{binding.source} → {binding.destination_kind} {binding.destination} ({binding.routing_key!r})"
