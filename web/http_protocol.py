"""uvicorn's HTTP/1.1 protocol with a bound on how long, and how large, a request's head may be.

uvicorn bounds only the pause between two requests: a client that sends a header line every few seconds (slowloris)
would keep its connection, and with httptools its memory, for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["BoundedHttp"]

_MOST_HEAD_BYTES = 32 * 1024
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedHttp(HttpToolsProtocol):
    """`head_seconds` from the connection, or from the end of the last response, to the end of the next head.

    What remains of the last request's body counts as well: it is not read for ever either.
    """

    def __init__(self, *arguments: Any, head_seconds: float, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_seconds = head_seconds
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_open = True
        self._received_bytes = 0
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer(self._head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_open:
            self._received_bytes += len(data)
        super().data_received(data)
        if self._head_open and self._received_bytes > _MOST_HEAD_BYTES:
            self._refuse(_TOO_LARGE)

    def on_message_begin(self) -> None:
        self._head_open, self._received_bytes, self._head_bytes = True, 0, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_open = False
        self._stop_timer()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        follows = bool(self.pipeline)
        super().on_response_complete()
        if not follows and not self.transport.is_closing():
            self._start_timer(self.timeout_keep_alive + self._head_seconds)

    def _count(self, size: int) -> None:
        """Of a head that came in one piece. The parser makes a 400 of the error."""
        self._head_bytes += size
        if self._head_bytes > _MOST_HEAD_BYTES:
            raise ValueError("the head of the request is too large")

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._head_timer = self.loop.call_later(seconds, self._refuse, _TOO_SLOW)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
