"""A stream as an HTTP response: sse-starlette's, which also ends when the hub closes the subscription."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse
from starlette.types import Receive, Scope, Send

from web.live.subscription import Subscription

__all__ = ["CONNECTION", "STREAM_HEADERS", "StreamResponse"]

STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

CONNECTION = "guildbus.connection"
"""The ASGI extension whose `abort` drops the connection, whatever is still to be sent."""

_END_SECONDS = 1.0


class StreamResponse(EventSourceResponse):
    """The library sends, and notices a client that leaves.

    Its heartbeats are left out: `web.live.heartbeat` beats for all streams at once.
    Its timeout per send is not used: a timer for each costs a fifth of the deliveries. The bounded queue, and
    `Subscription.is_stuck` where little happens, tell a client that does not read. `subscription` None is a stream
    that says one thing and ends.
    """

    def __init__(self, content: AsyncIterator[bytes], *, subscription: Subscription | None) -> None:
        super().__init__(content, headers=STREAM_HEADERS, ping=0)
        self._subscription = subscription

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A subscription that is closed ends this by itself where its client reads.

        One whose client does not is blocked in a send: its connection is dropped, or the queue, the task, the socket
        and what the server holds back would stay for as long as the client likes.
        """
        loop = asyncio.get_running_loop()
        cutting: asyncio.TimerHandle | None = None

        def cut_off_soon() -> None:
            nonlocal cutting
            cutting = loop.call_later(_END_SECONDS, scope["extensions"][CONNECTION]["abort"])

        if self._subscription is not None:
            self._subscription.on_close = cut_off_soon
        try:
            await super().__call__(scope, receive, send)
        finally:
            if cutting is not None:
                cutting.cancel()
