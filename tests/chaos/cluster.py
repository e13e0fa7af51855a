"""A RabbitMQ cluster of three nodes on 127.0.0.1 with the platform's topology; every queue has a replica on each."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import subprocess
import time
from pathlib import Path

from bus.definitions import definitions
from bus.topology import load_topology
from bus.topology_apply import apply
from scripts.rabbitmq_node import RabbitMQNode

__all__ = ["Cluster"]

_SIZE = 3
_USERS_ONLY: dict[str, list[object]] = {"exchanges": [], "queues": [], "bindings": []}
_EPMD_SECONDS = 10.0


class Cluster:
    """Ports, names and passwords stay the same over every stop and start."""

    def __init__(self, folder: Path) -> None:
        self._topology = load_topology()
        self._passwords = {user: secrets.token_hex(8) for user in self._topology.users}
        folder.mkdir(mode=0o755)
        document = folder / "users.json"
        document.touch(mode=0o600)
        document.write_text(json.dumps(definitions(self._topology, self._passwords) | _USERS_ONLY))
        self.nodes: list[RabbitMQNode] = []
        for n in range(_SIZE):
            first = self.nodes[0] if self.nodes else None
            self.nodes.append(
                RabbitMQNode(
                    folder / f"node{n}",
                    definitions=document,
                    name=f"chaos{n}",
                    cookie=first.cookie if first else secrets.token_hex(16),
                    epmd_port=first.epmd_port if first else _free_port(),
                    peers=[f"chaos{m}@localhost" for m in range(_SIZE)],
                )
            )
        self._epmd: subprocess.Popen[bytes] | None = None

    @property
    def ports(self) -> list[int]:
        return [node.amqp_port for node in self.nodes]

    def amqp_url(self, user: str, port: int) -> str:
        """As this user, at a proxy's port or a node's own."""
        return f"amqp://{user}:{self._passwords[user]}@127.0.0.1:{port}/%2F"

    async def start(self) -> None:
        """Form the cluster, then declare the queues, so that each has its replicas from the beginning."""
        # Of its own and not the first node's: names must still be found while that node is down.
        self._epmd = await asyncio.to_thread(_start_epmd, self.nodes[0].epmd_port)
        await self.start_node(0)
        await asyncio.gather(*(self.start_node(n) for n in range(1, _SIZE)))
        await apply(self.amqp_url("operator", self.ports[0]), self._topology)

    async def stop(self) -> None:
        """As a power cut: what it holds is deleted anyway."""
        await asyncio.gather(*(self.stop_node(n, kill=True) for n in range(_SIZE)))
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait()

    async def start_node(self, n: int) -> None:
        await asyncio.to_thread(self.nodes[n].start)

    async def stop_node(self, n: int, *, kill: bool = False) -> None:
        await asyncio.to_thread(self.nodes[n].stop, kill=kill)

    async def leader_of(self, queue: str) -> int:
        """The number of the node that leads the queue's replicas."""
        text = await self.ctl("list_queues", "--quiet", "--no-table-headers", "name", "leader")
        for line in text.splitlines():
            name, _, leader = line.partition("\t")
            if name == queue:
                return next(n for n, node in enumerate(self.nodes) if node.name == leader.strip())
        raise LookupError(f"queue {queue!r} has no leader:\n{text}")

    async def waiting_messages(self) -> int:
        """How many messages are in the work queues and on the ladder, delivered and unacknowledged ones too."""
        text = await self.ctl("list_queues", "--quiet", "--no-table-headers", "name", "messages")
        rows = [line.partition("\t") for line in text.splitlines()]
        return sum(int(count) for name, _, count in rows if name.startswith(("commands.", "replies", "retry.")))

    async def members(self) -> int:
        """How many nodes run as one cluster, as the first one sees it."""
        text = await self.ctl("cluster_status", "--formatter", "json")
        return len(json.loads(text)["running_nodes"])

    async def ctl(self, *arguments: str) -> str:
        """rabbitmqctl on a node that runs."""
        node = next(node for node in self.nodes if node.pid is not None)
        return await asyncio.to_thread(node.ctl, *arguments)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _start_epmd(port: int) -> subprocess.Popen[bytes]:
    """In the foreground, so that it is ours to stop; returns once it answers."""
    epmd = subprocess.Popen(
        ["epmd", "-address", "127.0.0.1", "-port", str(port)], stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + _EPMD_SECONDS
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return epmd
        except OSError:
            if time.monotonic() > deadline:
                epmd.kill()
                raise
            time.sleep(0.05)
