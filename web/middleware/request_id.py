"""One id per request, which is also the correlation id of what it starts."""

from __future__ import annotations

from uuid import UUID

from loguru import logger
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bus.clock import Clock, SystemClock
from bus.ids import new_id

__all__ = ["RequestId", "request_id_of"]

_HEADER = "X-Request-Id"


class RequestId:
    """Takes the client's `X-Request-Id` where it is a UUID, else makes one; answers with it and logs under it."""

    def __init__(self, app: ASGIApp, clock: Clock | None = None) -> None:
        self.app = app
        self.clock = clock or SystemClock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _asked(Headers(scope=scope).get(_HEADER)) or new_id(self.clock.now())
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[_HEADER] = str(request_id)
            await send(message)

        with logger.contextualize(request_id=str(request_id)):
            await self.app(scope, receive, send_with_id)


def request_id_of(scope: Scope) -> UUID:
    """The id of this request."""
    value: UUID = scope["state"]["request_id"]
    return value


def _asked(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
