"""Closing a connection without an answer, as a broken network does. ASGI itself has no word for it."""

from __future__ import annotations

import inspect
from typing import Any

from starlette.types import Receive, Send

__all__ = ["abort", "find_transport"]

_MAX_WRAPPERS = 20


def find_transport(send: Any) -> Any | None:
    """The server's transport, found through the wrappers that middleware puts around `send`.

    uvicorn's `send` is a bound method of the object that owns the transport; middleware wraps it in closures or in
    objects with a `send` of their own. None with servers built differently.
    """
    for _ in range(_MAX_WRAPPERS):
        owner = getattr(send, "__self__", None)
        if owner is not None:
            transport = getattr(owner, "transport", None)
            if transport is not None:
                return transport
            send = getattr(owner, "send", None)
        elif inspect.isfunction(send):
            inner = inspect.getclosurevars(send).nonlocals
            send = inner.get("send") or inner.get("_send")
        else:
            send = getattr(send, "send", None)
        if send is None:
            return None
    return None


async def abort(receive: Receive, send: Send) -> None:
    """Hangs up. Where the transport can't be had, an answer is begun and never finished, which clients see alike."""
    transport = find_transport(send)
    if transport is None:
        headers = [(b"content-length", b"1000000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        return
    transport.abort()
    # Until the server has noticed; returning earlier would make it complain about an unanswered request.
    while (await receive())["type"] != "http.disconnect":
        pass
