"""Clients of live updates, in processes of their own: those that read and count, and those that stop reading."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.processes import ROOT

__all__ = ["Clients", "Feed", "Silent", "reading", "silent"]

_PROCESSES = 2
_READY_SECONDS = 60.0
_ARRIVE_SECONDS = 60.0
_ANSWER_SECONDS = 30.0
_RESET_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Feed:
    """Where a stream is to be had on 127.0.0.1, what it begins with, and the API keys that may open it (or none)."""

    port: int
    path: str
    opened: str
    keys: Sequence[str] = ()


class Clients:
    """Open sessions, `count` in all."""

    def __init__(self, processes: Sequence[Process], count: int) -> None:
        self._processes = processes
        self.count = count

    async def forget(self) -> None:
        """Count from nothing again."""
        await self._all("reset")

    async def arrived(self, events: int) -> float:
        """Wait until every session has so many; returns when the last came, in Unix seconds.

        Raises RuntimeError where sessions were closed or events are missing.
        """
        expected, deadline = events * self.count, time.monotonic() + _ARRIVE_SECONDS
        while True:
            await asyncio.sleep(0.25)  # asking costs the clients time
            reports = [json.loads(answer) for answer in await self._all("report")]
            if any(report["lost"] for report in reports):
                raise RuntimeError(f"{sum(report['lost'] for report in reports)} sessions were closed")
            came = sum(report["events"] for report in reports)
            if came >= expected:
                return max(float(report["last_at"]) for report in reports)
            if time.monotonic() > deadline:
                raise RuntimeError(f"{came} of {expected} deliveries came in {_ARRIVE_SECONDS:.0f} s")

    async def waited_ms(self) -> list[float]:
        """Of every tenth session, from publish to arrival."""
        return [wait for answer in await self._all("report") for wait in json.loads(answer)["waited_ms"]]

    async def _all(self, line: str) -> list[bytes]:
        return [await _ask(process, line) for process in self._processes]


class Silent:
    """Sessions whose clients read no more."""

    def __init__(self, process: Process, count: int) -> None:
        self._process = process
        self.count = count

    async def kept(self) -> int:
        """How many of them the server has not reset after a while."""
        deadline = time.monotonic() + _RESET_SECONDS
        while True:
            kept = self.count - int(await _ask(self._process, "reset"))
            if not kept or time.monotonic() > deadline:
                return kept
            await asyncio.sleep(0.1)  # by the server's clock: nothing tells us here


@asynccontextmanager
async def reading(feed: Feed, count: int) -> AsyncIterator[Clients]:
    """So many sessions, all open."""
    share = [count // _PROCESSES + (n < count % _PROCESSES) for n in range(_PROCESSES)]
    processes: list[Process] = []
    try:
        for index, one in enumerate(share):
            arguments = (str(feed.port), feed.path, str(one), feed.opened)
            processes.append(await _start("bench.ours.sse_clients", arguments, feed.keys[index::_PROCESSES]))
        for process in processes:
            await _ready(process)
        yield Clients(processes, count)
    finally:
        await _end(processes)


@asynccontextmanager
async def silent(feed: Feed, count: int) -> AsyncIterator[Silent]:
    process = await _start("bench.ours.sse_silent", (str(feed.port), feed.path, str(count)), feed.keys)
    try:
        await _ready(process)
        yield Silent(process, count)
    finally:
        await _end([process])


async def _start(module: str, arguments: Sequence[str], keys: Sequence[str]) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SSE_KEYS": ",".join(keys)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        limit=2**26,
    )


async def _ready(process: Process) -> None:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), _READY_SECONDS)
    if line.strip() != b"ready":
        raise RuntimeError("the clients could not open their sessions")


async def _ask(process: Process, line: str) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{line}\n".encode())
    return await asyncio.wait_for(process.stdout.readline(), _ANSWER_SECONDS)


async def _end(processes: Sequence[Process]) -> None:
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.wait()
