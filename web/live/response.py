"""A stream as an HTTP response: sse-starlette's, which also ends when the hub closes the subscription."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Message, Receive, Scope, Send

from web.live.subscription import Subscription

__all__ = ["STREAM_HEADERS", "StreamResponse"]

STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class StreamResponse(EventSourceResponse):
    """The library sends heartbeats and notices a client that leaves.

    Its timeout per send is not used: a timer for each costs a fifth of the deliveries. The bounded queue, and
    `Subscription.is_stuck` where little happens, tell a client that does not read. `subscription` None is a stream
    that says one thing and ends.
    """

    def __init__(
        self, content: AsyncIterator[bytes], *, subscription: Subscription | None, heartbeat_seconds: float
    ) -> None:
        super().__init__(
            content,
            headers=STREAM_HEADERS,
            ping=heartbeat_seconds,
            ping_message_factory=_heartbeat,
        )
        self._subscription = subscription

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        subscription = self._subscription
        if subscription is None:
            await super().__call__(scope, receive, send)
            return
        await super().__call__(scope, _receive_until_closed(receive, subscription), send)


def _heartbeat() -> ServerSentEvent:
    return ServerSentEvent(comment="heartbeat", sep="\n")


def _receive_until_closed(receive: Receive, subscription: Subscription) -> Receive:
    """To the library a subscription that fell behind looks like a client that left.

    It is blocked in a send then, because the client does not read: waiting for the end of that would keep the
    queue, the task and the socket for as long as the client likes.
    """

    async def receive_or_closed() -> Message:
        receiving = asyncio.ensure_future(receive())
        closing = asyncio.ensure_future(_closed_for_good(subscription))
        try:
            await asyncio.wait((receiving, closing), return_when=asyncio.FIRST_COMPLETED)
            return receiving.result() if receiving.done() else {"type": "http.disconnect"}
        finally:
            receiving.cancel()
            closing.cancel()

    return receive_or_closed


async def _closed_for_good(subscription: Subscription) -> None:
    await subscription.closed.wait()
    # One that is read from ends by itself, in order; only one that hangs is cut off.
    await asyncio.sleep(1.0)
