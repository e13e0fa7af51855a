"""Ports that begin a call only while the command is safely ours.

A handler makes several calls. One that was begun in time can still be waiting for its first answer when the lease runs
out because it could not be renewed: its effect must then not come after that of whoever took over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from workers.ports import Ports

__all__ = ["leased"]


class _Leased:
    """Any port, with `require` asked before each of its calls."""

    def __init__(self, port: Any, require: Callable[[], None]) -> None:
        self._port = port
        self._require = require

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._port, name)

        async def call(*values: Any, **named: Any) -> Any:
            self._require()
            return await method(*values, **named)

        return call


def leased(ports: Ports, require: Callable[[], None]) -> Ports:
    """`require` raises LeaseShort or TakenOver where no external call may be begun any more."""
    discord: Any = _Leased(ports.discord, require)
    webhooks: Any = _Leased(ports.webhooks, require)
    return replace(ports, discord=discord, webhooks=webhooks)
