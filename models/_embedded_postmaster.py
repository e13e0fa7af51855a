"""Whether a PostgreSQL runs on a data folder, and where it listens: read from its own `postmaster.pid`."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from models.errors import EmbeddedDatabaseFailed

__all__ = ["PORT", "Postmaster", "find_postmaster", "forget_stale_postmaster", "socket_folder", "socket_url"]

PORT = 5432
"""No TCP port is opened; it is only part of the socket's name."""
_LAST_PROCESS_SECONDS = 10.0
_LONGEST_SOCKET_PATH_BYTES = 103  # Linux takes 107, macOS 103


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server: its process and the folder of its socket."""

    pid: int
    socket_folder: Path
    ready: bool


def find_postmaster(pgdata: Path) -> Postmaster | None:
    """The live server on this data folder, or None; a process that merely has its number does not count."""
    try:
        lines = (pgdata / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not _is_server_of(pid, pgdata):
        return None
    folder = lines[4].strip() if len(lines) > 4 else ""
    return Postmaster(pid, Path(folder), ready=len(lines) > 7 and lines[7].strip() == "ready")


def forget_stale_postmaster(pgdata: Path) -> None:
    """Removes the lock files of a server that is gone.

    PostgreSQL refuses to start where any process has the number in them by now, or is a zombie that nobody reaps:
    usual in containers. What PostgreSQL would check by them is checked here: no process of the old server is left.
    Raises EmbeddedDatabaseFailed while one is.
    """
    pid_file = pgdata / "postmaster.pid"
    if not Path("/proc/self").exists() or not pid_file.exists() or find_postmaster(pgdata) is not None:
        return
    patience = time.monotonic() + _LAST_PROCESS_SECONDS
    while left := _processes_in(pgdata):
        if time.monotonic() > patience:
            raise EmbeddedDatabaseFailed(f"processes of a server that was killed still work in {pgdata}: {left}")
        time.sleep(0.05)
    pid_file.unlink(missing_ok=True)
    (socket_folder(pgdata) / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def _processes_in(pgdata: Path) -> list[int]:
    """Every process of a server has its data folder as working directory."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and (process / "cwd").readlink() == pgdata:
                found.append(int(process.name))
        except OSError:
            continue
    return found


def _is_server_of(pid: int, pgdata: Path) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return not Path("/proc/self").exists()  # no /proc (macOS): believe the number
    return os.fsencode(pgdata) in command


def socket_folder(pgdata: Path) -> Path:
    """The data folder itself, which nobody else may enter; where its path is too long, one under the temporary files.

    Raises EmbeddedDatabaseFailed when somebody else made that folder first.
    """
    if len(os.fsencode(pgdata / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET_PATH_BYTES:
        return pgdata
    name = hashlib.sha256(os.fsencode(pgdata)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"guildbus-{name}"
    owner = pgdata.stat()
    try:
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(folder, owner.st_uid, owner.st_gid)
    except FileExistsError:
        found = folder.lstat()
        if found.st_uid != owner.st_uid or found.st_mode & 0o077 or folder.is_symlink():
            raise EmbeddedDatabaseFailed(
                f"{folder} belongs to somebody else; remove it, or use a shorter path"
            ) from None
    return folder


def socket_url(folder: Path, *, user: str, database: str) -> str:
    """The URL of a database behind the socket in `folder`."""
    return f"postgresql://{user}@/{database}?host={quote(str(folder), safe='/')}&port={PORT}"
