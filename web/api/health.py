"""Probes: alive, ready, and what is wrong in words."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from models.errors import DatabaseUnavailable
from web.api.answers import json_response
from web.api.operation import Call, Nothing
from web.parts import Parts, parts_of

__all__ = ["Health", "get_health", "health", "live", "ready"]

# What people can do without them is most of it: pages, streams and accepted commands. They are named all the same.
_SPARED = frozenset(("discord", "bot"))


async def live(request: Request) -> Response:
    """The process runs and its loop turns: nothing else is looked at, so that a restart is never the wrong cure."""
    del request
    return json_response({"status": "alive"})


async def ready(request: Request) -> Response:
    """200 once everything is reachable and the ring is loaded, else 503 that names what is not.

    While only Discord or the bot has trouble it stays 200, and says `degraded`.
    """
    dependencies = await _dependencies(parts_of(request))
    good = _good_enough(dependencies)
    body = {"status": _status(dependencies, "ready", "not_ready"), "dependencies": dependencies}
    return json_response(body, 200 if good else 503, {} if good else {"Retry-After": "2"})


class LiveFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The live stream of this process: open sessions, events at hand, and entries that could not be read."""

    sessions: int
    events_kept: int
    entries_skipped: int


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the process that answers is. A dependency is `ok`, or says in `detail` or `error` what it is not."""

    status: Literal["healthy", "degraded", "unhealthy"]
    dependencies: dict[str, dict[str, Any]]
    live: LiveFigures


async def health(request: Request) -> Response:
    """As `ready`, always 200, with figures: for people and dashboards."""
    return json_response(await _health(parts_of(request)))


async def get_health(call: Call[Nothing, None]) -> Response:
    """The same as `/healthz`, which asks for no key."""
    return json_response(await _health(call.parts))


async def _health(parts: Parts) -> Health:
    dependencies = await _dependencies(parts)
    return Health(
        status="unhealthy"
        if not _good_enough(dependencies)
        else "healthy"
        if all(part["ok"] for part in dependencies.values())
        else "degraded",
        dependencies=dependencies,
        live=LiveFigures(sessions=len(parts.hub), events_kept=len(parts.ring), entries_skipped=parts.follower.skipped),
    )


async def _dependencies(parts: Parts) -> dict[str, dict[str, Any]]:
    loaded = parts.follower.loaded.is_set()
    database, discord = await asyncio.gather(_database(parts), parts.discord.report())
    bot = {} if parts.bot_trouble is None else {"bot": _bot(parts.bot_trouble())}
    return {
        "broker": {
            "ok": parts.transport.connected,
            **_why(not parts.transport.connected, f"not connected to the broker at {parts.settings.broker_address}"),
        },
        "database": database,
        "live_stream": {"ok": loaded, **_why(not loaded, parts.follower.waits_for)},
        "process": {"ok": not parts.hub.stopping, **_why(parts.hub.stopping, "stopping")},
        "discord": discord,
        **bot,
    }


def _good_enough(dependencies: dict[str, dict[str, Any]]) -> bool:
    return all(part["ok"] for name, part in dependencies.items() if name not in _SPARED)


def _status(dependencies: dict[str, dict[str, Any]], good: str, bad: str) -> str:
    if not _good_enough(dependencies):
        return bad
    return good if all(part["ok"] for part in dependencies.values()) else "degraded"


def _bot(trouble: str) -> dict[str, Any]:
    return {"ok": not trouble, **_why(bool(trouble), trouble)}


async def _database(parts: Parts) -> dict[str, Any]:
    try:
        async with asyncio.timeout(3):
            await parts.database.ping()
    except (DatabaseUnavailable, TimeoutError) as error:
        return {"ok": False, "detail": str(error) or f"PostgreSQL at {parts.database.address} does not answer"}
    return {"ok": True}


def _why(bad: bool, detail: str) -> dict[str, str]:
    return {"detail": detail} if bad else {}
