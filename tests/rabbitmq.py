"""A real RabbitMQ for tests: one private node for the session, a fresh virtual host per test module.

Use it with `from tests.rabbitmq import rabbitmq_node, rabbitmq_vhost` in a conftest.py (or `pytest_plugins`), then ask
for `rabbitmq_vhost`. AMQP_URL and AMQP_MANAGEMENT_URL name a running broker to use instead; its user must be an
administrator.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest

from bus.definitions import definitions
from bus.topology import Topology, load_topology
from scripts.rabbitmq_node import RabbitMQNode

__all__ = ["Broker", "Vhost", "new_vhost", "rabbitmq_node", "rabbitmq_vhost"]


@dataclass(frozen=True, slots=True)
class Broker:
    """A running broker: where it is, and its administrator. `node` is None where AMQP_URL names it."""

    url: str
    management_url: str
    node: RabbitMQNode | None

    def client(self) -> httpx.Client:
        """A client of the management API."""
        account = urlsplit(self.url)
        auth = (account.username or "guest", account.password or "guest")
        return httpx.Client(base_url=self.management_url, auth=auth, timeout=30.0, trust_env=False)


@dataclass(frozen=True, slots=True)
class Vhost:
    """A virtual host with a topology in it, and a broker user for each of the topology's users."""

    broker: Broker
    name: str
    passwords: dict[str, str]

    def url(self, user: str) -> str:
        """The AMQP URL for a user of the topology, such as `bot` or `operator`."""
        return self.url_with(user, self.passwords[user])

    def url_with(self, user: str, password: str) -> str:
        at = urlsplit(self.broker.url)
        return f"{at.scheme}://{user}:{quote(password, safe='')}@{at.hostname}:{at.port}/{quote(self.name, safe='')}"


def new_vhost(broker: Broker, topology: Topology) -> Vhost:
    """A fresh virtual host, its users and all of the topology: loaded as a broker loads its definitions."""
    vhost = Vhost(broker, f"test-{secrets.token_hex(4)}", {name: f"secret of {name}" for name in topology.users})
    with broker.client() as client:
        document = definitions(topology, vhost.passwords, vhost=vhost.name)
        client.post("/api/definitions", json=document).raise_for_status()
    return vhost


def delete_vhost(vhost: Vhost) -> None:
    with vhost.broker.client() as client:
        client.delete(f"/api/vhosts/{vhost.name}")


@pytest.fixture(scope="session")
def rabbitmq_node() -> Iterator[Broker]:
    """One broker for the whole session. Raises RabbitMQMissing where none is installed."""
    if url := os.environ.get("AMQP_URL"):
        yield Broker(url, os.environ.get("AMQP_MANAGEMENT_URL", f"http://{urlsplit(url).hostname}:15672"), None)
        return
    # Not pytest's own directory: that one is closed to the ordinary user whom the node runs as.
    directory = Path(tempfile.mkdtemp(prefix="guildbus-rabbitmq-"))
    directory.chmod(0o755)
    node = RabbitMQNode(directory / "node", management=True)
    try:
        node.start()
        yield Broker(node.admin_url, node.management_url, node)
    finally:
        node.stop(kill=True)
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def rabbitmq_vhost(rabbitmq_node: Broker) -> Iterator[Vhost]:
    """A fresh virtual host with `topology.yaml` applied, for one test module."""
    vhost = new_vhost(rabbitmq_node, load_topology())
    yield vhost
    delete_vhost(vhost)
