"""uvicorn with a stop that does not wait for streams that have no end."""

from __future__ import annotations

import socket

import uvicorn
from sse_starlette.sse import AppStatus
from starlette.applications import Starlette

from web.app import stop_streams

__all__ = ["WebServer"]

_MOST_HEADER_SECONDS = 5


class WebServer(uvicorn.Server):
    """Serves the application until `should_exit`; then streams are closed first and clients resume elsewhere."""

    def __init__(self, app: Starlette, *, host: str, port: int, grace_seconds: float, proxy_headers: bool) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http="httptools",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=proxy_headers,
                timeout_keep_alive=_MOST_HEADER_SECONDS,
                timeout_graceful_shutdown=int(grace_seconds),
                lifespan="on",
            )
        )
        self._app = app
        # The library would cut every stream off in the middle of its response; ours end theirs (see `shutdown`).
        AppStatus.enable_automatic_graceful_drain = False

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        stop_streams(self._app)
        await super().shutdown(sockets)
