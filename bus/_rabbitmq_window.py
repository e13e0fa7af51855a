"""A window of confirmed publishes on one channel: one write to the socket, and one future for all of its confirms.

`aiormq.Channel.basic_publish` makes a task's worth of futures, locks and time limits for each message. This does what
it does (delivery tags in the order of the frames, under the channel's lock), once for all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from aiormq.abc import ChannelFrame
from pamqp import commands as spec
from pamqp import frame
from pamqp.body import ContentBody
from pamqp.header import ContentHeader

__all__ = ["Outcome", "publish_frames", "publish_in_one_window"]

Outcome = BaseException | None
"""None for a confirm; what aiormq reports for a message that was returned or refused."""

_PENDING: Final = object()


def publish_frames(channel: Any, publish: spec.Basic.Publish, properties: spec.Basic.Properties, body: bytes) -> bytes:
    """One message as it goes over the wire. Raises ValueError, TypeError or struct.error for what AMQP cannot carry."""
    parts = [
        frame.marshal(publish, channel.number),
        frame.marshal(ContentHeader(properties=properties, body_size=len(body)), channel.number),
    ]
    most = channel.max_content_size
    parts += [frame.marshal(ContentBody(body[at : at + most]), channel.number) for at in range(0, len(body), most)]
    return b"".join(parts)


async def publish_in_one_window(
    channel: Any, messages: Sequence[tuple[str, bytes]], *, deadline: float
) -> list[Outcome]:
    """(message id, frames) of each message; the ids must be different from all in flight on this channel.

    Raises ChannelInvalidStateError where the channel is closed: then nothing was sent. What was not confirmed until
    the deadline, or when the channel was lost, has that error as its outcome.
    """
    window = _Window(channel, len(messages))
    try:
        async with asyncio.timeout_at(deadline):
            async with channel.lock:
                await window.send(messages)
            await window.confirmed
    except TimeoutError as error:
        window.leave(error)
    except asyncio.CancelledError as error:
        # aiormq rejects what is in flight with CancelledError when it closes a connection in order.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        window.leave(error)
    except Exception as error:
        if not window.sent:
            raise
        window.leave(error)
    return window.outcomes


class _Window:
    def __init__(self, channel: Any, size: int) -> None:
        self._channel = channel
        self._open = size
        self._outcomes: list[Any] = [_PENDING] * size
        self.sent = False
        # Made by the channel, which rejects it when it is lost.
        self.confirmed: asyncio.Future[None] = channel.create_future()

    @property
    def outcomes(self) -> list[Outcome]:
        return self._outcomes

    async def send(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Under the channel's lock, for the broker counts what arrives, and the tags are that count."""
        channel, first = self._channel, self._channel.delivery_tag + 1
        for n, (message_id, _) in enumerate(messages):
            channel.confirmations[first + n] = _InFlight(self, n, message_id)
            channel.message_id_delivery_tag[message_id] = first + n
        channel.delivery_tag += len(messages)
        payload = b"".join(frames for _, frames in messages)
        try:
            await channel.write_queue.put(ChannelFrame(payload=payload, should_close=False))
        except BaseException:
            # The broker has seen none of them, and their tags are the next ones'.
            channel.delivery_tag = first - 1
            for n, (message_id, _) in enumerate(messages):
                del channel.confirmations[first + n], channel.message_id_delivery_tag[message_id]
            raise
        self.sent = True

    def end(self, n: int, message_id: str, outcome: Outcome) -> None:
        self._channel.message_id_delivery_tag.pop(message_id, None)
        if self._outcomes[n] is _PENDING:
            self._outcomes[n] = outcome
            self._open -= 1
            if not self._open and not self.confirmed.done():
                self.confirmed.set_result(None)

    def leave(self, error: BaseException) -> None:
        """Wait no longer: whatever has no outcome has this one. Confirms may still come; nobody asks any more."""
        self._outcomes = [error if outcome is _PENDING else outcome for outcome in self._outcomes]


class _InFlight:
    """What aiormq keeps of a publish until its confirm, in the place of a future of its own."""

    __slots__ = ("_message_id", "_n", "_window")

    def __init__(self, window: _Window, n: int, message_id: str) -> None:
        self._window = window
        self._n = n
        self._message_id = message_id

    def done(self) -> bool:
        return False

    def set_result(self, _: object) -> None:
        self._window.end(self._n, self._message_id, None)

    def set_exception(self, error: BaseException) -> None:
        self._window.end(self._n, self._message_id, error)
