"""What the management HTTP API tells of a virtual host: AMQP itself can't list bindings or queues."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx

from bus._declarations import Binding
from bus.errors import AccessRefused, BrokerUnavailable

__all__ = ["Inventory", "get_list", "open_api", "read_inventory", "vhost_in_paths"]

_TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Inventory:
    """Names with their arguments. Exclusive queues and RabbitMQ's own exchanges are left out."""

    exchanges: frozenset[str]
    queues: dict[str, dict[str, Any]]
    bindings: frozenset[Binding]


async def read_inventory(management_url: str, amqp_url: str) -> Inventory:
    """The user and virtual host are those of the AMQP URL. Raises AccessRefused or BrokerUnavailable."""
    async with open_api(management_url, amqp_url, timeout_seconds=_TIMEOUT_SECONDS) as (client, vhost):
        exchanges = await get_list(client, f"/api/exchanges/{vhost}")
        queues = await get_list(client, f"/api/queues/{vhost}")
        bindings = await get_list(client, f"/api/bindings/{vhost}")
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


@asynccontextmanager
async def open_api(
    management_url: str, amqp_url: str, *, timeout_seconds: float
) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """A client, and the virtual host as it stands in paths. An account in the management URL goes before AMQP's."""
    amqp, management = urlsplit(amqp_url), urlsplit(management_url)
    account = management if management.username else amqp
    base = f"{management.scheme}://{management.hostname}:{management.port or 15672}"
    auth = httpx.BasicAuth(unquote(account.username or "guest"), unquote(account.password or "guest"))
    async with httpx.AsyncClient(base_url=base, auth=auth, timeout=timeout_seconds, trust_env=False) as client:
        yield client, vhost_in_paths(amqp_url)


def vhost_in_paths(amqp_url: str) -> str:
    """The virtual host as it stands in the management API's paths and its UI's addresses."""
    return quote(unquote(urlsplit(amqp_url).path[1:]) or "/", safe="")


async def get_list(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    """Raises AccessRefused or BrokerUnavailable."""
    try:
        answer = await client.get(path)
    except httpx.HTTPError as error:
        what = str(error) or type(error).__name__
        raise BrokerUnavailable(f"no answer from the management API at {client.base_url}: {what}") from error
    if answer.status_code in (401, 403):
        raise AccessRefused(f"the management API at {client.base_url} refused this user; it needs the tag `management`")
    if answer.status_code != httpx.codes.OK:
        raise BrokerUnavailable(f"the management API at {client.base_url} answered {answer.status_code} for {path}")
    try:
        listed: list[dict[str, Any]] = answer.json()
    except ValueError as error:
        raise BrokerUnavailable(
            f"what answers at {client.base_url} is no management API: no JSON for {path}"
        ) from error
    return listed
