"""A stream as an HTTP response: sse-starlette's, which also ends when the hub closes the subscription."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Message, Receive, Scope, Send

from web.live.subscription import Subscription

__all__ = ["STREAM_HEADERS", "StreamResponse"]

STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
_SEND_SECONDS = 20.0
"""A client that takes nothing for so long is dead: its socket still looks open when its machine is gone."""


class StreamResponse(EventSourceResponse):
    """The library sends heartbeats, notices a client that leaves, and bounds each send.

    `subscription` None is a stream that says one thing and ends.
    """

    def __init__(
        self, content: AsyncIterator[bytes], *, subscription: Subscription | None, heartbeat_seconds: float
    ) -> None:
        super().__init__(
            content,
            headers=STREAM_HEADERS,
            ping=heartbeat_seconds,
            ping_message_factory=_heartbeat,
            send_timeout=_SEND_SECONDS,
        )
        self._subscription = subscription

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        subscription = self._subscription
        if subscription is None:
            await super().__call__(scope, receive, send)
            return
        try:
            await super().__call__(scope, _receive_until_closed(receive, subscription), send)
        except SendTimeoutError:
            subscription.close("slow")


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
