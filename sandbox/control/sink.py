"""A target for outgoing webhooks: takes anything, enters it in the book, and suffers the faults that are on."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from sandbox.control.faults import SINK_ROUTE
from sandbox.hangup import abort
from sandbox.world import World

__all__ = ["Sink"]

_METHOD, _ROUTE = SINK_ROUTE.split(" ", 1)
# Secrets of whoever calls are not for the book.
_HIDDEN = frozenset({"authorization", "cookie"})


class Sink:
    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        world = self._world
        raw = await request.body()
        faults = world.faults.pick(SINK_ROUTE)
        for fault in faults:
            if fault.kind == "latency":
                await asyncio.sleep(fault.latency_ms / 1000)
        if any(fault.kind == "drop" for fault in faults):
            world.requests.count(SINK_ROUTE, 0, world.now())
            await abort(receive, send)
            return
        for fault in faults:
            if fault.kind in ("status", "rate_limit"):
                status = 429 if fault.kind == "rate_limit" else fault.status
                headers = {"retry-after": str(fault.retry_after)} if status == 429 else {}
                await self._reply(send, status, {"message": "asked for in the sandbox"}, headers)
                return
        row = world.book.write(
            at=world.now(), method=_METHOD, route=_ROUTE, guild_id=None, target=request.path_params["name"],
            reason=None, body=_readable(raw), status=200, changed=True,
            headers={key: value for key, value in request.headers.items() if key not in _HIDDEN},
        )  # fmt: skip
        world.feed.publish("effect", row)
        for fault in faults:
            if fault.kind == "lost_answer":
                await asyncio.sleep(fault.latency_ms / 1000)
                world.requests.count(SINK_ROUTE, 0, world.now())
                await abort(receive, send)
                return
        await self._reply(send, 200, {"received": row.n}, {})

    async def _reply(self, send: Send, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
        self._world.requests.count(SINK_ROUTE, status, self._world.now())
        rows = [(b"content-type", b"application/json")]
        rows += [(key.encode(), value.encode()) for key, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": rows})
        await send({"type": "http.response.body", "body": msgspec.json.encode(body)})


def _readable(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")
