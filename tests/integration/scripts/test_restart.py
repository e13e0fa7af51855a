"""What was queued when the platform stopped is done by the next start, on a broker that forgets everything."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.scripts.conftest import Start
from tests.integration.scripts.running_platform import Platform

pytestmark = pytest.mark.alone

GUILD = "1101000000000100000"
MODERATOR = "1101000000000900003"
TARGET = "1101000000000900104"


def test_a_slash_command_survives_a_kill_in_the_middle_of_its_effect(folder: Path, start: Start) -> None:
    first = start(folder / "killed", "--port", "0")
    address = first.ready()
    # Discord takes long enough for the process to be killed in the middle of the ban.
    fault = {"route": "PUT *", "kind": "latency", "latency_ms": 20_000}
    assert httpx.post(f"{address}/sandbox/api/faults", json=fault).is_success
    asked = {"guild_id": GUILD, "user_id": MODERATOR, "command": "ban", "options": {"member": TARGET}}
    assert httpx.post(f"{address}/sandbox/api/interactions", json=asked).is_success
    time.sleep(1.5)
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()

    second = start(folder / "killed", "--port", "0")
    address = second.ready()
    deadline = time.monotonic() + 60
    while TARGET not in (effects := httpx.get(f"{address}/sandbox/api/effects").text):
        assert time.monotonic() < deadline, effects
        time.sleep(0.5)
    assert second.stop() < 5


def test_what_no_worker_had_begun_is_done_right_after_the_next_start(folder: Path, start: Start) -> None:
    # A worker that takes nothing from the bulk lane: the broadcast waits.
    first = start(folder / "queued", "--port", "0", environ={"WORKER_LANES": "interactive"})
    first.ready()
    waiting = first.json("publish", "admin.broadcast", "text=Hello")
    assert first.stop() < 5

    second = start(folder / "queued", "--port", "0")
    address = second.ready()
    began = time.monotonic()
    while (state := state_of(second, address, waiting["id"])) != "succeeded":
        assert time.monotonic() - began < 5, state
        time.sleep(0.1)
    assert second.stop() < 5


def state_of(platform: Platform, address: str, command_id: str) -> Any:
    key = (platform.data_dir / "secrets" / "script-key").read_text().strip()
    answer = httpx.get(f"{address}/api/v1/commands/{command_id}", headers={"Authorization": f"Bearer {key}"})
    return answer.json()["state"]
