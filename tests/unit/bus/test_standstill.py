from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import asyncio, sys, time
from bus.standstill import watched

async def goes_on():
    await asyncio.sleep(2.5)

async def stands_still():
    await asyncio.sleep(0.1)
    seen = []
    seen.append(seen)
    below = seen
    while below is not None:
        below = below[0]

async def main():
    await {what}()
    return 0

sys.exit(asyncio.run(watched(main(), seconds=1.0)))
"""


def run(what: str) -> subprocess.CompletedProcess[str]:
    program = _PROGRAM.format(what=what)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)


def test_a_process_that_stands_still_ends_and_says_where() -> None:
    ended = run("stands_still")
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "in stands_still" in ended.stderr


def test_a_process_that_waits_goes_on() -> None:
    ended = run("goes_on")
    assert (ended.returncode, ended.stderr) == (0, "")
