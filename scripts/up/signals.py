"""Ctrl-C once stops in order, twice ends at once."""

from __future__ import annotations

import asyncio
import os
import signal

__all__ = ["stop_on_signals"]

_INTERRUPTED = 130


def stop_on_signals() -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM. A second one ends this process without any more ado."""
    requested = asyncio.Event()

    def on_signal() -> None:
        if requested.is_set():
            # What is embedded notices that its parent is gone, or is taken over by the next start.
            os._exit(_INTERRUPTED)
        requested.set()

    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, on_signal)
    return requested
