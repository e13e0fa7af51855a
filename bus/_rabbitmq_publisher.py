"""Publishing with confirms, on a connection of its own: an alarm that blocks it must not hang the consumers."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from aiormq import exceptions as vendor
from aiormq import spec
from loguru import logger

from bus._declarations import Exchange
from bus._rabbitmq_errors import VENDOR_ERRORS, closed_is_an_error, publish_error, words_of
from bus._rabbitmq_link import Link, attempts
from bus._rabbitmq_window import publish_frames, publish_in_one_window
from bus.clock import Clock
from bus.codec import compress
from bus.errors import AccessRefused, BrokerUnavailable, BusError, InvalidMessage, Unroutable
from bus.transport import Message

__all__ = ["Publisher"]

_PERSISTENT = 2


class Publisher:
    """One confirming channel, opened again by itself when it or its connection is lost."""

    def __init__(self, link: Link, exchanges: Mapping[str, Exchange], clock: Clock) -> None:
        self._link = link
        self._exchanges = exchanges
        self._clock = clock
        # The same AMQP message id twice in flight would swap the two outcomes, so each publish has its own.
        self._message_ids = (f"{secrets.token_hex(8)}-{n:x}" for n in itertools.count())
        self._channel: Any = None
        self._opened = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        return self._channel is not None and not self._channel.is_closed

    async def start(self) -> None:
        """Wait with backoff until the broker is there. Raises AccessRefused."""
        channel = await self._open(gives_up_on=(AccessRefused,))
        self._use(channel)
        self._keeper = asyncio.create_task(self._keep_open(channel), name=f"{self._link.name} keeper")

    async def close(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError, BusError):
                await self._keeper
            self._keeper = None
        self._use(None)
        await self._link.close()

    async def publish_all(self, messages: Sequence[Message], *, timeout_seconds: float) -> list[BusError | None]:
        """All in one window of confirms; the broker's order is that of `messages`."""
        deadline = asyncio.get_running_loop().time() + timeout_seconds
        try:
            while (channel := await self._ready(deadline)) is not None:
                # A channel found closed has sent nothing, so that the next one may.
                with suppress(vendor.ChannelInvalidStateError), closed_is_an_error():
                    return await self._publish_on(channel, messages, deadline)
        except VENDOR_ERRORS as error:
            return [self._error(message, error) for message in messages]
        return [BrokerUnavailable(f"no connection to the broker at {self._link.address.shown}") for _ in messages]

    async def _publish_on(self, channel: Any, messages: Sequence[Message], deadline: float) -> list[BusError | None]:
        answers: list[BusError | None] = [None] * len(messages)
        sent: list[int] = []
        window: list[tuple[str, bytes]] = []
        now = self._clock.now()
        for n, message in enumerate(messages):
            if message.exchange and message.exchange not in self._exchanges:
                # Asked of the broker, this would close the channel under everybody else's publishes.
                answers[n] = Unroutable(f"exchange {message.exchange!r} is not in topology.yaml")
                continue
            try:
                window.append(self._framed(channel, message, now))
            except (ValueError, TypeError, struct.error) as error:
                answers[n] = InvalidMessage(f"AMQP cannot carry this message: {error}")
                continue
            sent.append(n)
        if window:
            outcomes = await publish_in_one_window(channel, window, deadline=deadline)
            for n, outcome in zip(sent, outcomes, strict=True):
                answers[n] = None if outcome is None else self._error(messages[n], outcome)
        return answers

    def _framed(self, channel: Any, message: Message, now: datetime) -> tuple[str, bytes]:
        body, encoding = compress(message.body)
        message_id = next(self._message_ids)
        properties = spec.Basic.Properties(
            message_id=message_id,
            delivery_mode=_PERSISTENT,
            content_type="application/json",
            content_encoding=encoding or None,
            headers=dict(message.headers) or None,
            expiration=None if message.expiration_ms is None else str(message.expiration_ms),
            timestamp=now,
            user_id=self._link.address.user,
        )
        publish = spec.Basic.Publish(exchange=message.exchange, routing_key=message.routing_key, mandatory=True)
        return message_id, publish_frames(channel, publish, properties, body)

    async def _ready(self, deadline: float) -> Any:
        """The open channel, or None where there is none until the deadline."""
        if self._channel is not None and self._channel.is_closed:
            self._use(None)
        if self._channel is None:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(deadline):
                    await self._opened.wait()
        return self._channel

    def _error(self, message: Message, error: BaseException) -> BusError:
        translated = publish_error(
            error,
            exchange=message.exchange,
            routing_key=message.routing_key,
            shown=self._link.address.shown,
        )
        translated.__cause__ = error
        return translated

    def _use(self, channel: Any) -> None:
        self._channel = channel
        if channel is None:
            self._opened.clear()
        else:
            self._opened.set()

    async def _keep_open(self, channel: Any) -> None:
        while True:
            closing = channel.closing
            await asyncio.wait([closing])
            self._use(None)
            reason = None if closing.cancelled() else closing.exception()
            logger.warning("{}: the channel was closed: {}", self._link.name, words_of(reason) if reason else "")
            channel = await self._open()
            self._use(channel)

    async def _open(self, *, gives_up_on: tuple[type[BaseException], ...] = ()) -> Any:
        async for attempt in attempts(self._link.name, closed=self._link.closed, gives_up_on=gives_up_on):
            with attempt:
                return await self._link.channel(confirms=True)
        raise AssertionError("attempts end only with success or an error")
