"""Programs that are measured: started in a group of their own, watched through /proc, ended by their own ids."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["ROOT", "Program", "free_port", "run_to_end", "tree_cpu_seconds"]

ROOT = Path(__file__).resolve().parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")
_STOP_SECONDS = 10.0


class Program:
    """One program and its children."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self._log = log
        self._output = log.open("ab")
        self._process = subprocess.Popen(
            list(command),
            cwd=ROOT,
            env={**os.environ, **environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far."""
        return tree_cpu_seconds(self.pid)

    def peak_bytes(self) -> int:
        """The sum of its processes' highest resident sizes; what they share counts once for each."""
        return sum(_status_bytes(pid, "VmHWM") for pid in _tree(self.pid))

    def resident_bytes(self) -> int:
        return sum(_status_bytes(pid, "VmRSS") for pid in _tree(self.pid))

    def last_words(self) -> str:
        """The end of its log: for one that failed."""
        return self._log.read_text(errors="replace")[-2000:]

    async def stop(self) -> None:
        """In order, and after 10 s the hard way: the whole group, which is ours alone."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._process.wait, _STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await asyncio.to_thread(self._process.wait)
        self._output.close()


def free_port() -> int:
    """One of 127.0.0.1 that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


async def run_to_end(
    command: Sequence[str], environ: Mapping[str, str], log: Path, *, timeout_seconds: float
) -> dict[str, Any]:
    """Run a program that prints one line of JSON at its end. Raises RuntimeError where it fails or takes too long."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={**os.environ, **environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            async with asyncio.timeout(timeout_seconds):
                output, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise RuntimeError(f"{' '.join(command)} took longer than {timeout_seconds:.0f} s; see {log}") from None
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}; see {log}")
    answer: dict[str, Any] = json.loads(output.splitlines()[-1])
    return answer


def tree_cpu_seconds(pid: int) -> float:
    """User and system time of a process and its living descendants so far."""
    return sum(_cpu_seconds(one) for one in _tree(pid))


def _tree(pid: int) -> list[int]:
    found, todo = [], [pid]
    while todo:
        pid = todo.pop()
        found.append(pid)
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            with suppress(OSError):
                todo += [int(child) for child in children.read_text().split()]
    return found


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _status_bytes(pid: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)
