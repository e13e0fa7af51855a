"""A short run of the instrument: a deploy and a few losses under load, and the books agree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.alone, pytest.mark.timeout(400)]

_ROOT = Path(__file__).resolve().parent.parent.parent
_FAULTS = (
    "deploy of everything",
    "worker killed",
    "web killed",
    "deliveries again, out of order",
    "a session vanishes",
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Everything that the run starts has this in its environment or its arguments."""
    made = Path(tempfile.mkdtemp(prefix="guildbus-short-run-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def run(folder: Path) -> dict[str, Any]:
    only = [word for fault in _FAULTS for word in ("--only", fault)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--seconds", "25", "--rate", "20", "--seed", "5", "--json", *only],
        cwd=_ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr[-3000:]
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["good"] == (done.returncode == 0)
    return result


@pytest.mark.parametrize("wrong", ["lost", "twice", "wrong_doubt", "audit_gaps", "missed", "repeated"])
def test_there_is_nothing(run: dict[str, Any], wrong: str) -> None:
    assert run[wrong] == []
    assert run["good"] or run["in_doubt"]


def test_a_deploy_and_the_loss_of_processes_lose_no_request(run: dict[str, Any]) -> None:
    assert run["accepted"] > 300
    assert run["given_up"] == []


def test_every_fault_was_recovered_from(run: dict[str, Any]) -> None:
    assert run["faults"]
    assert [fault for fault in run["faults"] if fault["recovered_seconds"] is None or fault["trouble"]] == []


def test_no_process_and_no_folder_is_left(run: dict[str, Any], folder: Path) -> None:
    assert run["accepted"]
    left = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and os.fsencode(folder) in (process / "environ").read_bytes():
                left.append((process / "cmdline").read_bytes())
        except OSError:
            continue
    assert left == []
    assert list(folder.glob("guildbus-chaos-*")) == []
