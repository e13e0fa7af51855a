"""A client of server-sent events, for tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

__all__ = ["Frame", "Stream", "eventually", "open_stream"]


@dataclass(frozen=True, slots=True)
class Frame:
    """`name` is "message" where the frame has none, "comment" for a heartbeat."""

    name: str
    data: Any
    id: str | None


class Stream:
    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self, seconds: float = 5.0) -> Frame:
        """Raises StopAsyncIteration once the server has ended the stream, TimeoutError where nothing comes."""
        async with asyncio.timeout(seconds):
            return await self._read()

    async def until(self, name: str, seconds: float = 5.0) -> Frame:
        async with asyncio.timeout(seconds):
            while (frame := await self._read()).name != name:
                pass
            return frame

    async def events(self, count: int, seconds: float = 5.0) -> list[Frame]:
        """The next events of the feed."""
        return [await self.until("message", seconds) for _ in range(count)]

    async def nothing_for(self, seconds: float) -> bool:
        """Whether no event arrives for so long (heartbeats do not count)."""
        try:
            await self.until("message", seconds)
        except TimeoutError:
            return True
        return False

    async def ends_within(self, seconds: float) -> bool:
        async with asyncio.timeout(seconds):
            try:
                while True:
                    await self._read()
            except StopAsyncIteration:
                return True

    async def _read(self) -> Frame:
        name, id, data = "message", None, ""
        while True:
            line = await self._lines.__anext__()
            if line.startswith(":"):
                name = "comment"
            elif line.startswith("event: "):
                name = line[7:]
            elif line.startswith("id: "):
                id = line[4:]
            elif line.startswith("data: "):
                data = line[6:]
            elif line == "" and (data or name == "comment"):
                return Frame(name, json.loads(data) if data else None, id)


async def eventually(condition: Callable[[], bool], seconds: float = 4.0) -> None:
    """Raises TimeoutError where it does not come true."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for sets no event of ours
            await asyncio.sleep(0.01)


@asynccontextmanager
async def open_stream(client: httpx.AsyncClient, guild_id: int, *, last_id: str | None = None) -> AsyncIterator[Stream]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    async with client.stream("GET", f"/api/v1/guilds/{guild_id}/events", headers=headers) as response:
        assert response.status_code == 200, (response.status_code, await response.aread())
        yield Stream(response)
