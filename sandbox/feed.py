"""What the sandbox page hears: one bounded queue per open page, closed when it falls behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

__all__ = ["Feed"]

_QUEUE = 1_000
_HEARTBEAT_SECONDS = 15.0
_Item = tuple[str, bytes] | None


class Feed:
    def __init__(self) -> None:
        self._listeners: dict[asyncio.Queue[_Item], int | None] = {}
        self._closed = False

    def publish(self, kind: str, data: Any, *, only_for: int | None = None) -> None:
        """`only_for`: the one user who may see it (ephemeral messages)."""
        if not self._listeners:
            return
        body = msgspec.json.encode(data)
        for queue, user_id in list(self._listeners.items()):
            if only_for is not None and user_id != only_for:
                continue
            try:
                queue.put_nowait((kind, body))
            except asyncio.QueueFull:
                # The page reconnects by itself and loads afresh.
                self._end(queue)

    async def listen(self, user_id: int | None) -> AsyncIterator[bytes]:
        """Server-Sent Events, with a comment as heartbeat."""
        queue: asyncio.Queue[_Item] = asyncio.Queue(_QUEUE)
        self._listeners[queue] = user_id
        try:
            yield b"retry: 1000\nevent: connected\ndata: {}\n\n"
            while not self._closed:
                try:
                    item = await asyncio.wait_for(queue.get(), _HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if item is None:
                    return
                yield b"event: " + item[0].encode() + b"\ndata: " + item[1] + b"\n\n"
        finally:
            self._listeners.pop(queue, None)

    def close(self) -> None:
        self._closed = True
        for queue in list(self._listeners):
            self._end(queue)

    def reopen(self) -> None:
        self._closed = False

    def _end(self, queue: asyncio.Queue[_Item]) -> None:
        self._listeners.pop(queue, None)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
