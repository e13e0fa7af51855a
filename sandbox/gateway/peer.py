"""One gateway connection: a bounded queue, a writer that compresses, and an end that somebody else may ask for."""

from __future__ import annotations

import asyncio

from starlette.websockets import WebSocket

from sandbox.gateway.zlib_stream import Deflater
from sandbox.hangup import find_transport

__all__ = ["SLOW_CLIENT", "WebSocketPeer"]

SLOW_CLIENT = 4000


class WebSocketPeer:
    def __init__(self, socket: WebSocket, *, compress: bool, queue: int) -> None:
        self._socket = socket
        self._deflater = Deflater() if compress else None
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(queue)
        self.ending: asyncio.Future[tuple[int | None, str]] = asyncio.get_running_loop().create_future()

    def send(self, payload: bytes) -> None:
        try:
            self._queue.put_nowait(payload)
        except asyncio.QueueFull:
            # A client that doesn't read must not make the sandbox remember for it: it may resume.
            self.end(SLOW_CLIENT, "too slow")

    def end(self, code: int | None, reason: str = "") -> None:
        if not self.ending.done():
            self.ending.set_result((code, reason))

    async def write(self) -> None:
        while True:
            payload = await self._queue.get()
            if self._deflater is not None:
                await self._socket.send_bytes(self._deflater.message(payload))
            else:
                await self._socket.send_text(payload.decode())

    async def hang_up(self, code: int | None, reason: str) -> None:
        transport = find_transport(self._socket._send) if code is None else None
        if transport is not None:
            transport.abort()
        else:
            await self._socket.close(1006 if code is None else code, reason)
