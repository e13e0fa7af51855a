# ruff: noqa: ASYNC220, ASYNC240 - nothing else runs on this loop
from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from models._embedded_postmaster import find_postmaster
from models.embedded import EmbeddedPostgres
from models.errors import EmbeddedDatabaseFailed

STARTER = """
import asyncio, sys, time
from pathlib import Path
from models.embedded import EmbeddedPostgres
print(asyncio.run(EmbeddedPostgres(Path(sys.argv[1])).start()), flush=True)
time.sleep(60)
"""


@pytest_asyncio.fixture
async def data_dir() -> AsyncIterator[Path]:
    with tempfile.TemporaryDirectory(prefix="guildbus-embedded-", ignore_cleanup_errors=True) as name:
        yield Path(name)
        await EmbeddedPostgres(Path(name)).stop()


async def ask(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_it_starts_stops_and_keeps_its_data(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    url = await server.start()
    assert str(await ask(url, "SHOW server_version")).startswith("18")
    assert await ask(url, "SHOW listen_addresses") == ""
    await ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
    assert server.running_url() == url
    await server.stop()
    assert server.running_url() is None
    assert await ask(await server.start(), "SELECT n FROM kept") == 7
    await server.stop()


async def test_nobody_else_can_enter_the_data_and_no_folder_above_is_opened_for_listing(data_dir: Path) -> None:
    before = stat.S_IMODE(data_dir.stat().st_mode)
    server = EmbeddedPostgres(data_dir)
    await server.start()
    assert stat.S_IMODE((data_dir / "postgres").stat().st_mode) == 0o700
    after = stat.S_IMODE(data_dir.stat().st_mode)
    assert after & ~before in (0, stat.S_IXOTH)
    await server.stop()


async def test_a_long_path_with_odd_characters_works(data_dir: Path) -> None:
    deep = data_dir / ("a long folder's name, " * 5) / "and another"
    server = EmbeddedPostgres(deep)
    assert await ask(await server.start(), "SELECT 1") == 1
    await server.stop()


async def test_a_second_start_on_the_same_folder_is_refused(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    url = await server.start()
    with pytest.raises(EmbeddedDatabaseFailed, match=f"in use by process {os.getpid()}"):
        await EmbeddedPostgres(data_dir).start()
    assert await ask(url, "SELECT 1") == 1
    await server.stop()


async def test_after_kill_9_of_its_owner_the_server_is_adopted(data_dir: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", STARTER, str(data_dir)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    first = owner.stdout.readline().strip()
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    server = EmbeddedPostgres(data_dir)
    assert await server.start() == first
    await server.stop()


async def test_after_kill_9_of_the_server_too_it_starts_again(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    await server.start()
    found = find_postmaster(data_dir / "postgres")
    assert found is not None
    os.kill(found.pid, signal.SIGKILL)
    server._release_lock()
    await asyncio.sleep(0.5)
    assert await ask(await server.start(), "SELECT 1") == 1
    await server.stop()


async def test_a_stale_pid_that_is_another_process_by_now_does_not_stop_it(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    await server.start()
    pid_file = data_dir / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    await server.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert await ask(await server.start(), "SELECT 1") == 1
    await server.stop()


async def test_data_of_another_major_version_is_refused_with_a_reason(data_dir: Path) -> None:
    (data_dir / "postgres").mkdir()
    (data_dir / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedDatabaseFailed, match="made by PostgreSQL 16"):
        await EmbeddedPostgres(data_dir).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
async def test_it_works_as_an_ordinary_user(data_dir: Path) -> None:
    os.chown(data_dir, 65534, 65534)
    # Everything is imported first: this Python may lie where others cannot read it.
    program = """
import asyncio, asyncpg, concurrent.futures.thread, os, stringprep, sys
from pathlib import Path
from models.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
print(asyncio.run(server.start()))
asyncio.run(server.stop())
"""
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program, str(data_dir)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("postgresql://")
    assert (data_dir / "postgres").stat().st_uid == 65534
