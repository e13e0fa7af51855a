"""A process whose event loop stands still ends and says where it stood: what it held goes to others, and whatever
supervises it starts it again. Nothing inside it could."""

from __future__ import annotations

import asyncio
import faulthandler
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["STILL_SECONDS", "watched"]

STILL_SECONDS = 60.0
"""Longer than anything that a process does in one piece; a machine that sleeps does not count."""
_BEATS = 12
_STDERR = 2

T = TypeVar("T")


async def watched(main: Coroutine[Any, Any, T], *, seconds: float = STILL_SECONDS) -> T:
    """What `main` returns. Where the loop stands still for `seconds`, every thread's traceback goes to stderr and the
    process ends with 1: by a thread of faulthandler's that needs neither the loop nor the interpreter."""
    beating = asyncio.create_task(_beat(seconds))
    try:
        return await main
    finally:
        beating.cancel()
        faulthandler.cancel_dump_traceback_later()


async def _beat(seconds: float) -> None:
    while True:
        faulthandler.dump_traceback_later(seconds, exit=True, file=_STDERR)
        await asyncio.sleep(seconds / _BEATS)
