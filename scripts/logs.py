"""The platform's log file, beside what `bus.logs` shows on standard error."""

from __future__ import annotations

import os
from pathlib import Path

from loguru import logger

__all__ = ["log_to_file"]

_FORMAT = "{time:YYYY-MM-DD HH:mm:ss.SSS} {level: <7} {name}: {message}"
_ROTATE_AT_BYTES = 10_000_000
_FILES_KEPT = 5


def log_to_file(path: Path, level: str = "INFO") -> None:
    """Also to a file that only this user can read, begun anew when it has grown.

    `diagnose` stays off: it prints the values of variables, and some of them are secrets.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    logger.add(
        path,
        level=level,
        format=_FORMAT,
        rotation=_ROTATE_AT_BYTES,
        retention=_FILES_KEPT,
        opener=_private,
        diagnose=False,
        backtrace=False,
    )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
