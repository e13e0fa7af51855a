"""The three brokers that the platform can run on: in memory, a private node, a real one. Each gives transports."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bus.clock import Clock
from bus.memory import MemoryBroker, MemoryTransport
from bus.rabbitmq import RabbitMQTransport
from bus.senders import Sender
from bus.topology import Topology
from bus.transport import Transport
from scripts.data_dir import DataDir
from scripts.definitions_file import users_only
from scripts.rabbitmq_node import RabbitMQNode

__all__ = ["Broker", "memory_broker", "node_broker", "node_secret", "real_broker", "with_sender"]


async def _nothing_to_wait_for() -> None:
    return


@dataclass(frozen=True, slots=True)
class Broker:
    """`transport(user)` makes a component's way to it. `admin_url` is empty in memory, where nothing is to be applied.

    `durable` says whether what it took survives this process; `started` waits for a node of our own that still boots.
    """

    topology: Topology
    transport: Callable[[str], Transport]
    durable: bool
    admin_url: str = ""
    management_url: str = ""
    started: Callable[[], Awaitable[None]] = _nothing_to_wait_for


def memory_broker(topology: Topology, clock: Clock) -> Broker:
    shared = MemoryBroker(topology, clock)
    return Broker(topology, lambda user: MemoryTransport(shared, user=user), durable=False)


def real_broker(topology: Topology, clock: Clock, url: str) -> Broker:
    """One URL for every room: its user may then send what any of them may."""

    def transport(user: str) -> Transport:
        return RabbitMQTransport(url, trusted, clock=clock, name=f"guildbus {user}")

    trusted = with_sender(topology, RabbitMQTransport(url, topology, clock=clock, name="guildbus").user)
    return Broker(trusted, transport, durable=True, admin_url=url)


def node_broker(topology: Topology, clock: Clock, data_dir: DataDir) -> tuple[RabbitMQNode, Broker]:
    """A node of our own, not started yet, with its management UI and one user a room with topology.yaml's permissions.

    Raises RabbitMQMissing.
    """
    passwords = {user: data_dir.secret(node_secret(user)) for user in topology.users}
    definitions = json.dumps(users_only(topology, passwords))
    data_dir.keep_secret("rabbitmq-definitions.json", definitions)
    node = RabbitMQNode(
        data_dir.rabbitmq, management=True, definitions=data_dir.secret_file("rabbitmq-definitions.json")
    )

    def transport(user: str) -> Transport:
        return RabbitMQTransport(node.amqp_url(user, passwords[user]), topology, clock=clock, name=f"guildbus {user}")

    return node, Broker(
        topology,
        transport,
        durable=True,
        admin_url=node.amqp_url("operator", passwords["operator"]),
        management_url=node.management_url,
    )


def node_secret(user: str) -> str:
    """The name of the secret with that user's password."""
    return f"rabbitmq-{user}"


def with_sender(topology: Topology, user: str) -> Topology:
    """The topology with `user` allowed to send what the rooms may send together, whatever it says of that user."""
    rights = topology.senders.values()
    sender = Sender(
        user=user,
        sources=frozenset[str]().union(*(right.sources for right in rights)),
        actor_kinds=frozenset[str]().union(*(right.actor_kinds for right in rights)),
        lanes=frozenset[str]().union(*(right.lanes for right in rights)),
        grants=True,
        named_scripts=True,
    )
    return replace(topology, senders={**topology.senders, user: sender})
