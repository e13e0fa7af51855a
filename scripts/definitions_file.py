"""What a new broker loads when it boots: the users. The rest is applied afterwards, which tells what was new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bus.definitions import definitions
from bus.topology import Topology

__all__ = ["everything", "users_only"]


def everything(topology: Topology, passwords: Mapping[str, str]) -> dict[str, Any]:
    """Users, permissions, exchanges, queues and bindings: for a broker that nobody applies the topology to."""
    return definitions(topology, passwords)


def users_only(topology: Topology, passwords: Mapping[str, str]) -> dict[str, Any]:
    """Users, virtual host and permissions.

    Exchanges and queues are left to `topology apply`: only it sees that a stream is new, and a new stream needs a
    new epoch, for its offsets begin at 0 again.
    """
    whole = definitions(topology, passwords)
    return {part: whole[part] for part in ("users", "vhosts", "permissions")}
