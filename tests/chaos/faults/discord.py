"""Discord: refuses, fails, is slow, forgets to answer, hangs up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.chaos.discord import SINK_ROUTE
from tests.chaos.faults.fault import Act
from tests.chaos.platform import Platform

__all__ = ["at_the_gateway", "at_the_webhook", "in_rest"]

# Writes, and the look-ups before them. Interaction callbacks are left out: who is not deferred was never accepted.
_ROUTES = (
    "POST /channels/{channel_id}/messages",
    "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}",
    "DELETE /guilds/{guild_id}/members/{user_id}/roles/{role_id}",
    "DELETE /guilds/{guild_id}/members/{user_id}",
    "GET /guilds/{guild_id}/members/{user_id}",
    "POST /guilds/{guild_id}/channels",
    "PATCH /webhooks/{webhook_id}/{token}/messages/@original",
)


def in_rest(kind: str, **fields: Any) -> Act:
    """Half of the calls, on every route that the load uses."""
    return _faults(_ROUTES, kind, probability=0.5, **fields)


def at_the_webhook(kind: str, **fields: Any) -> Act:
    """One call to an address outside: an effect that cannot be looked up."""
    return _faults((SINK_ROUTE,), kind, times=1, **fields)


def at_the_gateway(action: str, **fields: Any) -> Act:
    """Every gateway connection."""

    @asynccontextmanager
    async def act(p: Platform) -> AsyncIterator[None]:
        await p.discord.gateway(action, **fields)
        yield

    return act


def _faults(routes: tuple[str, ...], kind: str, **fields: Any) -> Act:
    @asynccontextmanager
    async def act(p: Platform) -> AsyncIterator[None]:
        seed = p.dice.randrange(2**31)
        ids = [await p.discord.add_fault(route, kind, seed=seed, **fields) for route in routes]
        try:
            yield
        finally:
            for id_ in ids:
                await p.discord.remove_fault(id_)

    return act
