"""The platform's processes, kept running as an orchestrator would: whoever dies is started again."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

__all__ = ["Room"]

_RESTART_SECONDS = 0.3
_STOP_SECONDS = 15.0


class Room:
    """One process of `module`, under `name`. `deaths` counts every end that `stop` did not ask for."""

    def __init__(self, name: str, module: str, environ: Mapping[str, str], log: Path, *arguments: str) -> None:
        self.name = name
        self.module = module
        self._environ = dict(environ)
        self._log = log
        self._arguments = arguments
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.deaths = 0

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> float:
        """In order, as a deploy does; returns how many seconds it took. Raises TimeoutError where it does not end."""
        await self._let_go()
        process, loop = self._process, asyncio.get_running_loop()
        began = loop.time()
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), _STOP_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
                raise TimeoutError(f"{self.name} did not end within {_STOP_SECONDS:.0f} s of a SIGTERM") from None
        return loop.time() - began

    def kill(self) -> None:
        """kill -9; it is started again."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def end(self) -> None:
        """kill -9 for good."""
        await self._let_go()
        self.kill()
        if self._process is not None:
            await self._process.wait()

    async def _let_go(self) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper

    async def _keep(self) -> None:
        while True:
            assert self._process is not None
            await self._process.wait()
            self.deaths += 1
            await asyncio.sleep(_RESTART_SECONDS)
            await self._spawn()

    async def _spawn(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.chaos.room", self.module, *self._arguments,
                env=self._environ, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
