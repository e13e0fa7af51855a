"""Many live sessions in one process: opens them, counts what comes, and reads the times of every tenth.

`python -m bench.ours.sse_clients PORT PATH COUNT OPENED` with API keys in SSE_KEYS; a session is open once it was sent
the text OPENED. Prints `ready`; then answers each line of its standard input: `reset`, or `report` with a line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import sys
import time
from typing import Any

import uvloop

__all__ = ["TOKEN"]

TOKEN = b'"bench_at":'
_AT = re.compile(rb'"bench_at":([0-9.]+)')
_SAMPLED = 10
_OPENING_AT_ONCE = 20
_OPEN_SECONDS = 30.0


class Counts:
    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.events = 0
        self.last_at = 0.0
        self.waited_ms: list[float] = []


class Session(asyncio.Protocol):
    """One stream. Frames are counted; those of a sampled session are read too."""

    def __init__(self, request: bytes, opened: bytes, counts: Counts, *, sampled: bool) -> None:
        self._request = request
        self._opened = opened
        self._counts = counts
        self._sampled = sampled
        self._rest = b""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = False

    def connection_made(self, transport: Any) -> None:
        transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("the stream was closed before it began"))

    def data_received(self, data: bytes) -> None:
        text = self._rest + data
        if not self.opened.done():
            if not text.startswith(b"HTTP/1.1 200"):
                self.opened.set_exception(ConnectionError(text[:200].decode(errors="replace")))
                return
            if self._opened not in text:
                self._rest = text
                return
            self.opened.set_result(None)
        counts, now = self._counts, time.time()
        found = text.count(TOKEN)
        if found:
            counts.events += found
            counts.last_at = now
        if self._sampled:
            end = 0
            for match in _AT.finditer(text):
                # What stands at the very end may go on in the next piece; ours are never that long.
                counts.waited_ms.append((now - float(match[1])) * 1000)
                end = match.end()
            text = text[end:]
        self._rest = text[-(len(TOKEN) - 1) :]


async def _run(port: int, path: str, count: int, opened: bytes, keys: list[str]) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    loop, counts = asyncio.get_running_loop(), Counts()
    limit = asyncio.Semaphore(_OPENING_AT_ONCE)

    async def open_one(number: int) -> Session:
        head = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {keys[number % len(keys)]}\r\n\r\n"
        )
        async with limit, asyncio.timeout(_OPEN_SECONDS):
            session = Session(head.encode(), opened, counts, sampled=number % _SAMPLED == 0)
            await loop.create_connection(lambda: session, "127.0.0.1", port)
            await session.opened
        return session

    sessions = await asyncio.gather(*(open_one(number) for number in range(count)))
    print("ready", flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        if line.strip() == b"reset":
            counts.reset()
            print("reset", flush=True)
            continue
        answer = {
            "events": counts.events,
            "last_at": counts.last_at,
            "waited_ms": [round(waited, 2) for waited in counts.waited_ms],
            "lost": sum(session.lost for session in sessions),
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    port, path, count, opened = sys.argv[1:]
    uvloop.run(_run(int(port), path, int(count), opened.encode(), os.environ["SSE_KEYS"].split(",")))
