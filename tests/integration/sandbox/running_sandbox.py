"""A sandbox on a free port of this machine, in the process of the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.clock import Clock
from sandbox.server import bind, make_server
from sandbox.settings import SandboxSettings
from sandbox.world import World


@dataclass(slots=True)
class Sandbox:
    world: World
    url: str
    http: aiohttp.ClientSession

    @property
    def api(self) -> str:
        return f"{self.url}/sandbox/discord/api/v10"

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.http.request(method, f"{self.url}/sandbox/api{path}", json=body) as response:
            return response.status, await response.json() if response.status != 204 else None

    async def discord(
        self, method: str, path: str, body: Any = None, *, reason: str | None = None, token: str | None = None
    ) -> tuple[int, Any, Mapping[str, str]]:
        headers = {"Authorization": f"Bot {token or self.world.settings.bot_token}"}
        if reason:
            headers["X-Audit-Log-Reason"] = reason
        async with self.http.request(method, self.api + path, json=body, headers=headers) as response:
            answer = await response.json() if response.status != 204 else None
            return response.status, answer, response.headers


async def until(condition: Callable[[], bool]) -> None:
    """For what a library tells nobody of."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 (there is no event to wait for)
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(settings: SandboxSettings | None = None, clock: Clock | None = None) -> AsyncIterator[Sandbox]:
    world = World(settings, clock=clock)
    listener = bind("127.0.0.1", 0)
    server = make_server(world, listener)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await asyncio.wait_for(server.ready.wait(), 5)
    try:
        async with aiohttp.ClientSession() as http:
            yield Sandbox(world, world.public_url, http)
    finally:
        server.stop()
        await asyncio.wait_for(task, 5)
