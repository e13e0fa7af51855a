"""How long a call may wait for its turn, and how long for its answer: hikari does the first without a word of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import aiohttp

__all__ = ["Request", "noting_what_is_sent", "sending"]


@dataclass(slots=True)
class Request:
    """`sent` once it was handed to a connection: from then on it may take effect."""

    limit: asyncio.Timeout
    answer_seconds: float
    sent: bool = False

    def leaves(self) -> None:
        self.sent = True
        self.limit.reschedule(asyncio.get_running_loop().time() + self.answer_seconds)


_of_this_call: ContextVar[Request | None] = ContextVar("request", default=None)


@asynccontextmanager
async def sending(*, turn_seconds: float, answer_seconds: float) -> AsyncIterator[Request]:
    """The request that the task makes within. Raises TimeoutError where it waits too long for the one or the other."""
    request = Request(asyncio.timeout(turn_seconds), answer_seconds)
    token = _of_this_call.set(request)
    try:
        async with request.limit:
            yield request
    finally:
        _of_this_call.reset(token)


def noting_what_is_sent() -> aiohttp.TraceConfig:
    """For the session that makes the requests. https://docs.aiohttp.org/en/stable/tracing_reference.html"""

    async def started(_session: object, _context: object, _params: object) -> None:
        request = _of_this_call.get()
        if request is not None:
            request.leaves()

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(started)
    return trace
