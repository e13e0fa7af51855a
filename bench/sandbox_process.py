"""The sandbox as Discord, in a process of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.processes import Program, free_port
from bench.servers import Servers
from sandbox.settings import API_PREFIX

__all__ = ["Sandbox", "sandbox_process"]

_READY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Where it is, on 127.0.0.1."""

    port: int

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{API_PREFIX}"


@asynccontextmanager
async def sandbox_process(servers: Servers) -> AsyncIterator[Sandbox]:
    port = free_port()
    program = Program((sys.executable, "-m", "bench.ours.discord", str(port)), {}, servers.folder / "discord.log")
    try:
        async with asyncio.timeout(_READY_SECONDS):
            while not await _listens(port):
                if not program.running:
                    raise RuntimeError(f"the sandbox ended: {program.last_words()}")
                await asyncio.sleep(0.05)
        yield Sandbox(port)
    finally:
        await program.stop()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
