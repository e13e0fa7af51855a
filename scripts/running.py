"""One platform per data directory: who holds the lock, and where the holder answers."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import msgspec

__all__ = ["DataDirLock", "DataDirTaken", "Running", "read_running"]

_POLL_SECONDS = 0.1


class Running(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the holder of the lock says about itself. `address` is empty for a command that works alone.

    The URLs hold passwords: the file is for its owner alone.
    """

    pid: int
    what: str
    address: str = ""
    database_url: str = ""
    amqp_admin_url: str = ""
    management_url: str = ""

    def __str__(self) -> str:
        return f"`{self.what}` (process {self.pid}{f', {self.address}' if self.address else ''})"


class DataDirTaken(RuntimeError):
    """Somebody else works on this data directory; `holder` says who, where it has said so."""

    def __init__(self, path: Path, holder: Running | None) -> None:
        super().__init__(f"the data directory {path} is in use by {holder or 'another process'}")
        self.holder = holder


class DataDirLock:
    """Held while this process lives, by the kernel: a crash leaves nothing to clean up."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, running: Running, *, wait_seconds: float = 0.0) -> None:
        """Raises DataDirTaken when it is still held after `wait_seconds`. A platform's lock is not waited for."""
        deadline = time.monotonic() + wait_seconds
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while not _lock(descriptor, fcntl.LOCK_EX):
            holder = _read(self._path)
            if time.monotonic() >= deadline or (holder is not None and holder.address):
                os.close(descriptor)
                raise DataDirTaken(self._path.parent, holder)
            time.sleep(_POLL_SECONDS)
        self._descriptor = descriptor
        self.say(running)

    def say(self, running: Running) -> None:
        """What others read about us from now on."""
        if self._descriptor is None:
            raise RuntimeError("the lock is not held")
        text = msgspec.json.encode(running)
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)

    def release(self) -> None:
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def read_running(lock_file: Path) -> Running | None:
    """Who holds the lock, or None where nobody does."""
    try:
        descriptor = os.open(lock_file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        if _lock(descriptor, fcntl.LOCK_SH):
            return None
    finally:
        os.close(descriptor)
    return _read(lock_file) or Running(pid=0, what="another process")


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: Path) -> Running | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Running)
    except (OSError, msgspec.MsgspecError):
        return None
