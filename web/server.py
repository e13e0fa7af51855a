"""uvicorn with a stop that does not wait for streams that have no end."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from functools import partial
from typing import Any, cast

import uvicorn
from sse_starlette.sse import AppStatus
from starlette.applications import Starlette

from web.app import stop_streams
from web.http_protocol import BoundedHttp
from web.live.response import CONNECTION

__all__ = ["WebServer"]

_KEEP_ALIVE_SECONDS = 5
_MOST_HEAD_SECONDS = 10.0
_NO_LINGER = struct.pack("ii", 1, 0)  # socket(7): struct linger, on for 0 s


class WebServer(uvicorn.Server):
    """Serves the application until `should_exit`; then streams are closed first and clients resume elsewhere."""

    def __init__(
        self,
        app: Starlette,
        *,
        host: str,
        port: int,
        grace_seconds: float,
        trusted_proxies: Sequence[str] = (),
        head_seconds: float = _MOST_HEAD_SECONDS,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http=cast(Any, partial(_Connection, head_seconds=head_seconds)),
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=list(trusted_proxies),
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
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


class _Connection(BoundedHttp):
    """Lets the application drop the connection of a client that does not read what is still to be sent."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CONNECTION: {"abort": self._abort}}

    def _abort(self) -> None:
        """With a reset: else the kernel would keep what it has not yet sent, and go on offering it for minutes."""
        if not self.transport.is_closing():
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()
