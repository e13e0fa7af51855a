"""A uvicorn server that ends the sandbox's long-lived connections first, so that stopping takes no time."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from types import FrameType

import uvicorn

from sandbox.app import create_app
from sandbox.settings import PREFIX
from sandbox.world import World

__all__ = ["SandboxServer", "bind", "make_server"]

_GRACE_SECONDS = 2
_TICK_SECONDS = 0.1


def bind(host: str, port: int) -> socket.socket:
    """Bound before the server starts, so that the real port of `port=0` is known."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


class SandboxServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, world: World) -> None:
        super().__init__(config)
        self._world = world
        self._loop: asyncio.AbstractEventLoop | None = None
        self.ready = asyncio.Event()
        self._stopping = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            sys.stdout.write(f"sandbox ready at http://{shown}:{port}{PREFIX}/\n")
            sys.stdout.flush()
        self.ready.set()

    async def main_loop(self) -> None:
        """As uvicorn's own, but a stop needs no tick to be seen."""
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _TICK_SECONDS)

    def stop(self) -> None:
        """Ends gateway connections and streams, then the server: `await` the task that runs `serve`."""
        self._world.close()
        self.should_exit = True
        self._stopping.set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # A signal handler: the world belongs to the loop.
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.stop)
        super().handle_exit(sig, frame)


def make_server(world: World, listener: socket.socket) -> SandboxServer:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(
        create_app(world, public_url=f"http://{shown}:{port}"),
        log_level="warning",
        access_log=False,  # Paths hold interaction tokens.
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ws_per_message_deflate=False,
        lifespan="on",
    )
    return SandboxServer(config, world)
