"""`python -m web` as anybody starts it, beside the benchmark's own servers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx

from bench.processes import Program, free_port
from bench.servers import Servers

__all__ = ["web_process"]

_READY_SECONDS = 60.0


@asynccontextmanager
async def web_process(servers: Servers, environ: Mapping[str, str] | None = None) -> AsyncIterator[tuple[Program, int]]:
    """The process and its port on 127.0.0.1, ready. `environ` adds to the settings that it cannot do without."""
    port = free_port()
    settings = {
        "AMQP_URL": servers.amqp_url("web"),
        "DATABASE_URL": servers.database_url,
        "DISCORD_APPLICATION_ID": "1",
        "DISCORD_CLIENT_SECRET": "none",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "LOG_LEVEL": "WARNING",
        # All of it comes from one address, with few keys.
        **dict.fromkeys(
            ("RATE_PER_ADDRESS", "RATE_PER_SESSION", "RATE_PER_KEY", "RATE_PER_GUILD", "RATE_OF_LOGINS"), "0"
        ),
        **(environ or {}),
    }
    web = Program((sys.executable, "-m", "web"), settings, servers.folder / "web.log")
    try:
        async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(_READY_SECONDS):
            while not await _ready(client, port):
                if not web.running:
                    raise RuntimeError(f"the web process ended: {web.last_words()}")
                await asyncio.sleep(0.1)
        yield web, port
    finally:
        await web.stop()


async def _ready(client: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
    except httpx.HTTPError:
        return False
