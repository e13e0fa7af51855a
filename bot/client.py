"""The library's client as this bot uses it: guards set, nothing of the library edited."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any

from interactions import Client, Intents
from interactions.api.http.route import Route
from loguru import logger

from bot.gateway import GuardedState
from bot.http import GuardedHTTPClient

__all__ = ["BoundedTable", "intents", "make_client", "point_at"]

_ENDPOINTS_KEPT = 1_000


class BoundedTable(OrderedDict[str, str]):
    """Forgets the oldest entries.

    The library remembers a rate-limit bucket per route, and each interaction token is a route of its own.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: str, value: str) -> None:
        super().__setitem__(key, value)
        while len(self) > self._most:
            self.popitem(last=False)


def point_at(api_url: str) -> None:
    """Send the library's requests to another Discord: a stand-in, or a proxy that limits rates.

    The address is a class variable of the library, so it is one for all clients of a process. The gateway's
    address comes from there too.
    """
    Route.BASE = api_url.rstrip("/")


def intents(*, privileged: bool) -> Intents:
    """What this bot hears: guilds, bans, and (where Discord grants it) members."""
    needed = Intents.GUILDS | Intents.GUILD_MODERATION
    return needed | Intents.GUILD_MEMBERS if privileged else needed


def make_client(*, shard_id: int, total_shards: int, privileged: bool) -> tuple[Client, GuardedState]:
    """One client for one shard, and its connection state.

    The library's client for several shards deadlocks where Discord allows two identifies at once, so each process
    has one shard.
    """
    asked = intents(privileged=privileged)
    client = Client(
        intents=asked,
        shard_id=shard_id,
        total_shards=total_shards,
        sync_interactions=False,
        sync_ext=False,
        delete_unused_application_cmds=False,
        send_command_tracebacks=False,
    )
    state = GuardedState(client, asked, shard_id=shard_id)
    client._connection_state = state
    client.http = GuardedHTTPClient(logger=client.logger)
    client.http._endpoints = BoundedTable(_ENDPOINTS_KEPT)
    client.processors = {name: _caught(name, run) for name, run in client.processors.items()}
    return client, state


def _caught(name: str, run: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
    """The library starts processors as tasks that nobody looks at: what they raise would be lost."""

    async def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return await run(*args, **kwargs)
        except Exception:
            logger.exception("the library's processor of {} failed", name)

    return guarded
