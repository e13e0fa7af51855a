"""One log line per request: method, route, status, time, who."""

from __future__ import annotations

from loguru import logger
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bus.clock import Clock

__all__ = ["AccessLog"]

_QUIET = ("/static/", "/livez", "/readyz", "/healthz")


class AccessLog:
    """Logs the path, never the query: a login's code and state are in it."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = self.clock.monotonic()
        status = 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            milliseconds = (self.clock.monotonic() - started) * 1000
            actor = scope.get("state", {}).get("principal", "-")
            level = "DEBUG" if scope["path"].startswith(_QUIET) else "INFO"
            # repr: a path may hold line breaks, and a log line must stay one line.
            logger.log(
                level, "{} {} {} {:.1f} ms {}", scope["method"], repr(scope["path"])[1:-1], status, milliseconds, actor
            )
