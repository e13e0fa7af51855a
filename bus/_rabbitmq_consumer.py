"""Consuming a work queue: deliveries in, coalesced acks out, and again after every loss of the channel."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from loguru import logger

from bus._inbox import Inbox
from bus._rabbitmq_errors import VENDOR_ERRORS, ignoring_failures, opening, words_of
from bus._rabbitmq_link import Link, attempts
from bus._rabbitmq_settler import Settler
from bus.errors import BrokerUnavailable, BusError
from bus.transport import Delivery

__all__ = ["RabbitMQConsumer"]

_RPC_SECONDS = 10.0
_REATTACH_SECONDS = 0.1


class RabbitMQConsumer:
    """See `bus.transport.Consumer`. Each channel is an epoch: a delivery can only be settled in its own."""

    def __init__(self, link: Link, queue: str, *, prefetch: int) -> None:
        self._link = link
        self._queue = queue
        self._prefetch = prefetch
        self._inbox = Inbox()
        self._epoch = 0
        self._channel: Any = None
        self._settler: Settler | None = None
        self._consumer_tag: str | None = None
        self._stopping = False
        self._closer: asyncio.Future[None] | None = None
        self._keeper = asyncio.create_task(self._keep_consuming(), name=f"consumer of {queue}")

    async def batch(self, *, most: int, wait_seconds: float) -> list[Delivery]:
        return await self._inbox.batch(most=most, wait_seconds=wait_seconds)

    def ack(self, delivery: Delivery) -> None:
        if self._settler is not None and delivery.epoch == self._epoch:
            self._settler.ack(delivery.tag)

    def reject(self, delivery: Delivery) -> None:
        if self._settler is not None and delivery.epoch == self._epoch:
            self._settler.reject(delivery.tag, requeue=False)

    def requeue(self, delivery: Delivery) -> None:
        if self._settler is not None and delivery.epoch == self._epoch:
            self._settler.reject(delivery.tag, requeue=True)

    async def stop(self) -> None:
        if self._stopping:
            return
        self._stopping = True
        if self._channel is None:
            self._keeper.cancel()
        elif self._consumer_tag is not None:
            with ignoring_failures():
                await self._channel.basic_cancel(self._consumer_tag, timeout=_RPC_SECONDS)
        self._inbox.close()

    async def close(self) -> None:
        """Stop, send the acks that are due, close the channel: the broker takes back what was not settled."""
        await self.stop()
        channel, settler = self._channel, self._settler
        if channel is not None and settler is not None:
            # An ack that follows the channel's close would make the broker close the whole connection (504).
            await settler.finish()
            with ignoring_failures():
                await channel.close(timeout=_RPC_SECONDS)
        self._keeper.cancel()
        with suppress(asyncio.CancelledError, BusError):
            await self._keeper
        self._lost()

    async def _keep_consuming(self) -> None:
        while not self._stopping:
            async for attempt in attempts(f"consuming {self._queue}", closed=self._link.closed):
                with attempt:
                    await self._attach()
            closing = self._channel.closing
            await asyncio.wait([closing])
            reason = None if closing.cancelled() else closing.exception()
            self._lost()
            if not self._stopping:
                logger.warning("consuming {}: the channel was closed: {}", self._queue, words_of(reason or OSError()))
                # A queue that lets us attach and throws us out again must not keep us spinning.
                await asyncio.sleep(_REATTACH_SECONDS)

    async def _attach(self) -> None:
        channel = await self._link.channel()
        epoch = self._epoch + 1

        async def take(message: Any) -> None:
            if self._channel is channel:
                self._inbox.put(_delivery(message, self._queue, epoch))

        def cancelled(_: object) -> None:
            logger.warning("consuming {}: the broker cancelled the consumer", self._queue)
            # Not awaited here: this runs in the channel's reader, which its close waits for.
            self._closer = asyncio.ensure_future(channel.close())

        channel.on_consumer_cancel_callbacks.add(cancelled)
        self._channel, self._epoch, self._settler = channel, epoch, Settler(channel)
        try:
            with opening():
                async with asyncio.timeout(_RPC_SECONDS):
                    # Without a prefetch limit the broker would push everything it has at us.
                    await channel.basic_qos(prefetch_count=self._prefetch)
                    await channel.queue_declare(self._queue, passive=True)
                    self._consumer_tag = (await channel.basic_consume(self._queue, take)).consumer_tag
        except VENDOR_ERRORS as error:
            self._lost()
            with ignoring_failures():
                await channel.close(timeout=_RPC_SECONDS)
            raise BrokerUnavailable(
                f"queue {self._queue!r} cannot be consumed: {words_of(error)}; run `guildbus topology apply`"
            ) from error

    def _lost(self) -> None:
        """The channel is gone: what was not handed out will be delivered again."""
        if self._settler is not None:
            self._settler.abandon()
        self._channel = self._settler = self._consumer_tag = None
        self._inbox.forget()


def _delivery(message: Any, queue: str, epoch: int) -> Delivery:
    frame, properties = message.delivery, message.header.properties
    headers = properties.headers or {}
    count = headers.get("x-delivery-count", 0)
    return Delivery(
        body=message.body,
        queue=queue,
        exchange=frame.exchange,
        routing_key=frame.routing_key,
        headers=headers,
        content_encoding=properties.content_encoding or "",
        user_id=properties.user_id,
        redelivered=frame.redelivered,
        delivery_count=count if isinstance(count, int) else 0,
        tag=frame.delivery_tag,
        epoch=epoch,
        published_at=properties.timestamp,
    )
