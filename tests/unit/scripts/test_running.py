"""One platform a data directory, and it says where it answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.running import DataDirLock, DataDirTaken, Running, read_running

UP = Running(pid=4711, what="guildbus up", address="http://127.0.0.1:8080", database_url="postgresql://x/y")


def test_a_free_directory_has_no_holder(tmp_path: Path) -> None:
    assert read_running(tmp_path / "lock") is None


def test_others_read_what_the_holder_says(tmp_path: Path) -> None:
    lock = DataDirLock(tmp_path / "lock")
    lock.acquire(Running(pid=4711, what="guildbus up"))
    lock.say(UP)
    assert read_running(tmp_path / "lock") == UP
    lock.say(Running(pid=1, what="a"))
    assert read_running(tmp_path / "lock") == Running(pid=1, what="a")
    lock.release()
    assert read_running(tmp_path / "lock") is None


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    DataDirLock(tmp_path / "lock").acquire(UP)
    assert (tmp_path / "lock").stat().st_mode & 0o077 == 0


def test_a_second_platform_is_told_who_has_it(tmp_path: Path) -> None:
    first = DataDirLock(tmp_path / "lock")
    first.acquire(UP)
    with pytest.raises(DataDirTaken, match=r"`guildbus up` \(process 4711, http://127.0.0.1:8080\)"):
        DataDirLock(tmp_path / "lock").acquire(Running(pid=1, what="guildbus up"), wait_seconds=30)


def test_a_lock_is_free_once_its_process_was_killed(tmp_path: Path) -> None:
    hold = (
        "import sys, time; from pathlib import Path; from scripts.running import DataDirLock, Running\n"
        "lock = DataDirLock(Path(sys.argv[1])); lock.acquire(Running(pid=1, what='x'))\n"
        "print('held', flush=True); time.sleep(60)"
    )
    lock = tmp_path / "lock"
    root = Path(__file__).parents[3]
    environ = os.environ | {"PYTHONPATH": str(root)}
    with subprocess.Popen([sys.executable, "-c", hold, str(lock)], stdout=subprocess.PIPE, env=environ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        assert read_running(lock) == Running(pid=1, what="x")
        other.kill()
    assert read_running(lock) is None
    DataDirLock(lock).acquire(UP)


def test_a_command_is_waited_for(tmp_path: Path) -> None:
    command = DataDirLock(tmp_path / "lock")
    command.acquire(Running(pid=1, what="guildbus keys list"))
    with pytest.raises(DataDirTaken, match="keys list"):
        DataDirLock(tmp_path / "lock").acquire(UP, wait_seconds=0.15)
    command.release()
    DataDirLock(tmp_path / "lock").acquire(UP)
