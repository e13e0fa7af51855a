"""Where this process's log lines go: loguru for everything, the standard library's and every library's included."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

if TYPE_CHECKING:
    from loguru import Record

__all__ = ["log_to_file", "log_to_stderr"]

_FORMAT = "{time:YYYY-MM-DD HH:mm:ss.SSS} {level: <7} {name}: {message}"
_HUMAN_FORMAT = "<dim>{time:HH:mm:ss}</dim> <level>{level: <7}</level> {message}"
_ROTATE_AT_BYTES = 10_000_000
_FILES_KEPT = 5
# Libraries that say at INFO what only their developers ask for.
_QUIET = ("httpx", "httpcore", "aiormq", "aio_pika", "asyncio", "tortoise", "uvicorn.error", "interactions", "hikari")


def log_to_stderr(level: str = "INFO", *, as_json: bool = False) -> None:
    """Lines for people, or one JSON object a line, in place of every handler there was.

    `diagnose` stays off everywhere: it prints the values of variables, and some are secrets.
    """
    logger.remove()
    logger.add(sys.stderr, level=level, format=_HUMAN_FORMAT, serialize=as_json, diagnose=False, backtrace=False)
    logging.basicConfig(handlers=[_ToLoguru()], level=logging.NOTSET, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def log_to_file(path: Path, level: str = "DEBUG") -> None:
    """Everything to a file of this user's, rotated by size."""
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
        filter=_not_noise,
    )


class _ToLoguru(logging.Handler):
    """Hands a standard record on, with its level and the name of its logger."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            level: str | int = logger.level(record.levelname).name
        except ValueError:
            level = record.levelno

        def keep_name(ours: Record) -> None:
            ours["name"] = record.name

        logger.patch(keep_name).opt(exception=record.exc_info).log(level, "{}", record.getMessage())


def _not_noise(record: Record) -> bool:
    return not (
        record["level"].no < logging.INFO and (record["name"] or "").partition(".")[0] in ("asyncio", "tzlocal")
    )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
