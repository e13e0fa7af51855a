"""The web room's server inside our own loop."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Generator

from starlette.applications import Starlette

from web.server import WebServer

__all__ = ["HttpServer"]

_GRACE_SECONDS = 1


class HttpServer(WebServer):
    """Stops when told, not by signals: those belong to the whole platform.

    `before_shutdown` ends what else has long-lived connections, for the server waits for those.
    """

    def __init__(self, app: Starlette, listener: socket.socket, before_shutdown: Callable[[], None]) -> None:
        host, port = listener.getsockname()[:2]
        super().__init__(app, host=host, port=port, grace_seconds=_GRACE_SECONDS)
        self._listener = listener
        self._before_shutdown = before_shutdown

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def run_in_loop(self) -> None:
        """Until `should_exit` is set. Raises RuntimeError where the application does not start."""
        await self.serve(sockets=[self._listener])
        if not self.started:
            raise RuntimeError("the web application did not start; the lines above say why")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._before_shutdown()
        await super().shutdown(sockets)
