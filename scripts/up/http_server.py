"""uvicorn inside our own loop, and two applications behind one address."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["HttpServer", "WithSandbox"]

_GRACE_SECONDS = 2


class WithSandbox:
    """The sandbox below /sandbox, everything else and the lifespan to the dashboard."""

    def __init__(self, web: ASGIApp, sandbox: ASGIApp) -> None:
        self._web = web
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        here = path == "/sandbox" or path.startswith("/sandbox/")
        await (self._sandbox if here else self._web)(scope, receive, send)


class HttpServer(uvicorn.Server):
    """Stops when told, not by signals: those belong to the whole platform."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="none",
                log_config=None,
                access_log=False,  # the applications log their own requests, without tokens
                server_header=False,
                proxy_headers=False,
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                lifespan="on",
            )
        )
        self._listener = listener

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def run_until_stopped(self) -> None:
        """Raises RuntimeError where the application does not start; uvicorn has logged why."""
        await self.serve(sockets=[self._listener])
        if not self.started:
            raise RuntimeError("the web application did not start; see the lines above")

    def stop(self) -> None:
        """Accept no more; open streams get the grace period."""
        self.should_exit = True
