"""What guildbus needs on the broker, as `topology.yaml` declares it: the only source."""

from __future__ import annotations

from pathlib import Path

from bus._declarations import (
    Argument,
    Binding,
    Exchange,
    ExchangeType,
    Permissions,
    Queue,
    QuorumQueue,
    Stream,
    Topology,
    User,
)
from bus._topology_reader import read_topology

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
    "default_topology_path",
    "load_topology",
]


def default_topology_path() -> Path:
    """`topology.yaml` beside the packages."""
    return Path(__file__).resolve().parent.parent / "topology.yaml"


def load_topology(path: Path | None = None) -> Topology:
    """The topology in `path`, or in the default file. Raises TopologyInvalid that names file, line and key."""
    return read_topology(path or default_topology_path())
