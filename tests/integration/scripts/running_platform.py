"""`guildbus up` as a process of its own, as people start it, and the command line beside it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.rates import NO_RATE_LIMITS

__all__ = ["ROOT", "Platform", "clean_environ", "free_port", "guildbus"]

ROOT = Path(__file__).parents[3]
_READY = re.compile(r"guildbus is ready at (http://\S+)")
_START_SECONDS = 60.0
# What a developer's shell may hold and the product would listen to.
_OURS = ("AMQP_URL", "DATABASE_URL", "DISCORD_TOKEN", "DISCORD_API_URL", "PUBLIC_URL", "PROFILE", "AMQP_MANAGEMENT_URL")


def clean_environ(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    return (
        {k: v for k, v in os.environ.items() if k not in _OURS}
        | NO_RATE_LIMITS
        | {"PYTHONPATH": str(ROOT)}
        | dict(extra or {})
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def guildbus(*words: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """One command of the command line; from a directory that has nothing to do with it."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "scripts", *words],
        env=clean_environ(environ),
        cwd=tempfile.gettempdir(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Platform:
    """A running platform; `stop` tells how long the stop took."""

    def __init__(self, data_dir: Path, *words: str, environ: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.output = data_dir.parent / f"{data_dir.name}.output"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "scripts", "up", "--data-dir", str(data_dir), *words],
                env=clean_environ(environ),
                cwd=tempfile.gettempdir(),
                stdout=output,
                stderr=output,
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, words: str) -> re.Match[str]:
        """Until its output matches."""
        deadline = time.monotonic() + _START_SECONDS
        while (found := re.search(words, self.said())) is None:
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)
        return found

    def ready(self) -> str:
        """The address, once it is ready."""
        return self.wait_for(_READY.pattern)[1]

    def stop(self, by: signal.Signals = signal.SIGINT) -> float:
        """Seconds until it was gone; it must end well."""
        began = time.monotonic()
        self.process.send_signal(by)
        code = self.process.wait(timeout=30)
        assert code == 0, self.said()
        return time.monotonic() - began

    def end(self) -> None:
        """Whatever state it is in."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command on this platform's data directory."""
        return guildbus(*words, "--data-dir", str(self.data_dir))

    def json(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr or done.stdout
        return json.loads(done.stdout)
