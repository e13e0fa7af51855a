"""What the management HTTP API tells of a virtual host: AMQP itself can't list bindings or queues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx

from bus._declarations import Binding
from bus.errors import AccessRefused, BrokerUnavailable

__all__ = ["Inventory", "read_inventory"]

_TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Inventory:
    """Names with their arguments. Exclusive queues and RabbitMQ's own exchanges are left out."""

    exchanges: frozenset[str]
    queues: dict[str, dict[str, Any]]
    bindings: frozenset[Binding]


async def read_inventory(management_url: str, amqp_url: str) -> Inventory:
    """The user and virtual host are those of the AMQP URL. Raises AccessRefused or BrokerUnavailable."""
    amqp, management = urlsplit(amqp_url), urlsplit(management_url)
    vhost = quote(unquote(amqp.path[1:]) or "/", safe="")
    account = management if management.username else amqp
    base = f"{management.scheme}://{management.hostname}:{management.port or 15672}"
    auth = httpx.BasicAuth(unquote(account.username or "guest"), unquote(account.password or "guest"))
    async with httpx.AsyncClient(base_url=base, auth=auth, timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
        exchanges = await _get(client, f"/api/exchanges/{vhost}")
        queues = await _get(client, f"/api/queues/{vhost}")
        bindings = await _get(client, f"/api/bindings/{vhost}")
    durable = {queue["name"]: queue["arguments"] for queue in queues if not queue.get("exclusive")}
    return Inventory(
        exchanges=frozenset(
            exchange["name"] for exchange in exchanges if exchange["name"] and not exchange["name"].startswith("amq.")
        ),
        queues=durable,
        bindings=frozenset(
            Binding(found["source"], found["destination_type"], found["destination"], found["routing_key"])
            for found in bindings
            if found["source"] and (found["destination_type"] == "exchange" or found["destination"] in durable)
        ),
    )


async def _get(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    try:
        answer = await client.get(path)
    except httpx.HTTPError as error:
        raise BrokerUnavailable(f"no answer from the management API at {client.base_url}: {error}") from error
    if answer.status_code in (401, 403):
        raise AccessRefused(f"the management API at {client.base_url} refused this user; it needs the tag `monitoring`")
    if answer.status_code != httpx.codes.OK:
        raise BrokerUnavailable(f"the management API at {client.base_url} answered {answer.status_code} for {path}")
    listed: list[dict[str, Any]] = answer.json()
    return listed
