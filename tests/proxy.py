"""A TCP proxy that a test can cut, delay, freeze and open again: a network that fails on demand."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

__all__ = ["Proxy"]

_CHUNK_BYTES = 65536

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """Listens on 127.0.0.1 at `port` and forwards to a target: a port, or the path of a UNIX socket.

    With several targets it is a load balancer: connections go to one after the other, and where one does not answer
    to the next that does. `delay_seconds` is added to whatever passes, each way.
    """

    def __init__(self, *targets: int | Path) -> None:
        self._targets = targets
        self._turn = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server: asyncio.Server | None = None
        self._pipes: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.delay_seconds = 0.0
        self.port = 0
        self.accepted = 0

    async def open(self) -> None:
        """Take connections (again, on the same port)."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Reset every connection; new ones are still taken."""
        for writer in self._writers:
            writer.transport.abort()
        for pipe in self._pipes:
            pipe.cancel()
        self._writers.clear()

    async def shut(self) -> None:
        """Reset every connection and take no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    def freeze(self) -> None:
        """Keep the connections and forward nothing, as a cable pulled out does."""
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        far = await self._far_end()
        if far is None:
            writer.transport.abort()
            return
        far_reader, far_writer = far
        self._writers |= {writer, far_writer}
        for source, target in ((reader, far_writer), (far_reader, writer)):
            pipe = asyncio.create_task(self._forward(source, target))
            self._pipes.add(pipe)
            pipe.add_done_callback(self._pipes.discard)

    async def _far_end(self) -> Streams | None:
        self._turn += 1
        for n in range(len(self._targets)):
            target = self._targets[(self._turn + n) % len(self._targets)]
            with suppress(OSError):
                if isinstance(target, Path):
                    return await asyncio.open_unix_connection(str(target))
                return await asyncio.open_connection("127.0.0.1", target)
        return None

    async def _forward(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(_CHUNK_BYTES):
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                await self._flowing.wait()
                target.write(data)
                await target.drain()
        self._writers.discard(target)
        target.transport.abort()
