"""Live sessions that note what they are shown: each comes back with its last id, at whichever web process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp

from tests.chaos.books import Session

__all__ = ["LiveClient"]

_RETRY_SECONDS = 0.2
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=45)


class LiveClient:
    """One session of a guild's feed. `web_urls` are the web processes; it goes on at the next one after each end."""

    def __init__(self, name: str, guild_id: int, *, web_urls: list[str], first: int, key: str) -> None:
        self.book = Session(name, guild_id)
        self._web_urls = web_urls
        self._key = key
        self._turn = first
        self._last_id = ""
        self._response: aiohttp.ClientResponse | None = None
        self._reading = asyncio.Event()
        self._reading.set()
        self._task: asyncio.Task[None] | None = None
        self.trouble = ""

    @property
    def connected(self) -> bool:
        return self._response is not None and not self._response.closed

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def stop_reading(self) -> None:
        """Keep the connection and read nothing from it."""
        self._reading.clear()

    def read_on(self) -> None:
        self._reading.set()

    def vanish(self) -> None:
        """Drop the connection without a word; it comes back at the next web process with the last id it saw."""
        if self._response is not None and self._response.connection is not None:
            transport = self._response.connection.transport
            if transport is not None:
                transport.abort()

    async def _run(self) -> None:
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(timeout=_TIMEOUT, connector=connector) as http:
            while True:
                self._turn += 1
                url = self._web_urls[self._turn % len(self._web_urls)]
                try:
                    await self._read_from(http, url)
                except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                    self.trouble = f"{type(error).__name__} {error}"
                finally:
                    self._response = None
                await asyncio.sleep(_RETRY_SECONDS)

    async def _read_from(self, http: aiohttp.ClientSession, url: str) -> None:
        headers = {"Authorization": f"Bearer {self._key}"}
        if self._last_id:
            headers["Last-Event-ID"] = self._last_id
            self.book.resumed += 1
        async with http.get(f"{url}/api/v1/guilds/{self.book.guild_id}/events", headers=headers) as response:
            if response.status != 200:
                self.trouble = f"{response.status} {(await response.text())[:200]}"
                return
            self._response = response
            await self._frames(response.content, self._take)

    async def _frames(self, content: aiohttp.StreamReader, take: Callable[[dict[str, str]], None]) -> None:
        """A frame that the end of the connection cut off counts for nothing."""
        frame: dict[str, str] = {}
        rest = b""
        while True:
            await self._reading.wait()
            data = await content.readany()
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                if not line:
                    if frame:
                        take(frame)
                    frame = {}
                elif not line.startswith(b":"):
                    name, _, value = line.partition(b": ")
                    frame[name.decode()] = value.decode()

    def _take(self, frame: dict[str, str]) -> None:
        name = frame.get("event", "message")
        if "id" in frame:
            self._last_id = frame["id"]
        if name == "reset":
            self.book.resets += 1
        elif name == "initial" and self.book.began_at < 0:
            self.book.began_at = _offset(frame["id"])
        elif name == "message":
            data: dict[str, Any] = json.loads(frame["data"])
            self.book.seen.append((_offset(frame["id"]), str(data["id"])))


def _offset(id_: str) -> int:
    with suppress(ValueError):
        return int(id_.rpartition(".")[2])
    raise ValueError(f"an event id without an offset: {id_!r}")
