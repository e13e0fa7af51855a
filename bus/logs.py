"""Where a process's log lines go: loguru for everything, the standard library's and every library's included."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from loguru import logger

if TYPE_CHECKING:
    from loguru import Record

__all__ = ["configure"]

_FORMAT = "<dim>{time:HH:mm:ss.SSS}</dim> <level>{level: <7}</level> {name}: {message}"
# Libraries that say at INFO what only their developers ask for.
_QUIET = (
    "aio_pika",
    "aiormq",
    "aiohttp",
    "asyncio",
    "hikari",
    "httpcore",
    "httpx",
    "interactions",
    "sse_starlette",
    "tortoise",
)


def configure(level: str, *, json: bool) -> None:
    """Lines for people, or one JSON object a line, on standard error; in place of every handler there was.

    A message is one line, whatever the names and texts in it hold. `diagnose` stays off: it prints the values of
    variables, and some of them are secrets.
    """
    logger.remove()
    logger.configure(patcher=_one_line)
    logger.add(sys.stderr, level=level, format=_FORMAT, serialize=json, diagnose=False, backtrace=False)
    logging.basicConfig(handlers=[_ToLoguru()], level=logging.NOTSET, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Below this uvicorn wraps the application to trace every message, whether or not anybody reads it.
    logging.getLogger("uvicorn").setLevel(logging.INFO)


def _one_line(record: Record) -> None:
    """Line breaks, escapes to a terminal and signs that turn the direction of text are shown as what they are."""
    message = record["message"]
    if not message.isprintable():
        shown = (sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in message)
        record["message"] = "".join(shown)


class _ToLoguru(logging.Handler):
    """Hands a standard record on, with its level and the name of its logger."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            level: str | int = logger.level(record.levelname).name
        except ValueError:
            level = record.levelno

        def named(entry: Record) -> None:
            entry["name"] = record.name

        logger.patch(named).opt(exception=record.exc_info).log(level, "{}", record.getMessage())
