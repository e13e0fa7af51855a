"""RabbitMQ's definitions file from the topology: what a new broker loads when it boots."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from bus.topology import Topology, User

__all__ = ["definitions", "password_hash"]

_SALT_BYTES = 4


def definitions(
    topology: Topology,
    passwords: Mapping[str, str],
    *,
    vhost: str = "/",
    salts: Mapping[str, bytes] | None = None,
) -> dict[str, Any]:
    """The definitions as JSON values: users by least privilege, virtual host, permissions, exchanges, queues, bindings.

    Only users with a password are in it. With `salts` (4 bytes each, by user) the same input gives the same output.
    Raises ValueError for a password of a user that the topology does not have, or that is empty.
    """
    for name, password in passwords.items():
        if name not in topology.users:
            raise ValueError(f"there is no user {name!r} in topology.yaml")
        if not password:
            raise ValueError(f"the password of {name!r} is empty")
    users = [user for name, user in topology.users.items() if name in passwords]
    return {
        "users": [_user(user, passwords[user.name], (salts or {}).get(user.name)) for user in users],
        "vhosts": [{"name": vhost}],
        "permissions": [_permissions(user, vhost) for user in users],
        "exchanges": [
            {
                "name": exchange.name,
                "vhost": vhost,
                "type": exchange.type,
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": {},
            }
            for exchange in topology.exchanges.values()
        ],
        "queues": [
            {
                "name": queue.name,
                "vhost": vhost,
                "durable": True,
                "auto_delete": False,
                "arguments": dict(queue.arguments),
            }
            for queue in topology.queues.values()
        ],
        "bindings": [
            {
                "source": binding.source,
                "vhost": vhost,
                "destination": binding.destination,
                "destination_type": binding.destination_kind,
                "routing_key": binding.routing_key,
                "arguments": {},
            }
            for binding in topology.bindings
        ],
    }


def password_hash(password: str, salt: bytes) -> str:
    """RabbitMQ's: base64 of the salt, then SHA-256 of salt and password (rabbitmq.com/passwords.html)."""
    if len(salt) != _SALT_BYTES:
        raise ValueError(f"a salt has {_SALT_BYTES} bytes")
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _user(user: User, password: str, salt: bytes | None) -> dict[str, Any]:
    return {
        "name": user.name,
        "password_hash": password_hash(password, salt or secrets.token_bytes(_SALT_BYTES)),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": list(user.tags),
        "limits": {},
    }


def _permissions(user: User, vhost: str) -> dict[str, str]:
    return {
        "user": user.name,
        "vhost": vhost,
        "configure": user.permissions.configure,
        "write": user.permissions.write,
        "read": user.permissions.read,
    }
