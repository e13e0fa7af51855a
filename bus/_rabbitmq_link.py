"""One AMQP connection that is opened again when it was lost, shared by the channels of one purpose."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, cast

import aio_pika
import tenacity
from aio_pika.abc import AbstractConnection
from loguru import logger

from bus._rabbitmq_errors import VENDOR_ERRORS, connect_error, ignoring_failures, opening
from bus.broker_address import BrokerAddress
from bus.errors import BrokerUnavailable, BusError

__all__ = ["Link", "attempts"]

_CONNECT_SECONDS = 10.0
_CLOSE_SECONDS = 5.0
_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 5.0


def attempts(
    what: str, *, closed: asyncio.Event, gives_up_on: tuple[type[BaseException], ...] = ()
) -> AsyncIterator[Any]:
    """Attempts until `closed`, with exponential backoff and full jitter; each failure is logged with what it was for.

    Plain connections and this loop instead of robust ones: theirs have no backoff, and a queue whose arguments
    changed would take every consumer on the connection down with it.
    """

    def note(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        wait = state.next_action.sleep if state.next_action else 0.0
        logger.warning("{}: {}; next try in {:.1f} s", what, error, wait)

    async def sleep(seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await closed.wait()

    return tenacity.AsyncRetrying(
        sleep=sleep,
        stop=tenacity.stop_when_event_set(cast(threading.Event, closed)),
        wait=tenacity.wait_random_exponential(multiplier=_FIRST_WAIT_SECONDS, max=_LONGEST_WAIT_SECONDS)
        + tenacity.wait_fixed(0.05),
        retry=tenacity.retry_if_exception_type(BusError) & tenacity.retry_if_not_exception_type(gives_up_on),
        before_sleep=note,
        reraise=True,
    ).__aiter__()


class Link:
    """`channel()` opens a channel, and the connection first where there is none."""

    def __init__(self, address: BrokerAddress, *, name: str, heartbeat_seconds: int, closed: asyncio.Event) -> None:
        self.address = address
        self.closed = closed
        self.name = name
        self._heartbeat_seconds = heartbeat_seconds
        self._connection: AbstractConnection | None = None
        self._opening = asyncio.Lock()

    @property
    def is_open(self) -> bool:
        return self._connection is not None and self._connection.connected.is_set()

    async def channel(self, *, confirms: bool = False) -> Any:
        """A new channel of aiormq's: its ack and publish take `wait=False`, which aio-pika's do not.

        Raises AccessRefused or BrokerUnavailable.
        """
        try:
            with opening():
                connection = await self._open()
                async with asyncio.timeout(_CONNECT_SECONDS):
                    channel = await connection.channel(publisher_confirms=confirms, on_return_raises=confirms)
                    # Fails like the rest where the broker closed the channel as soon as it had opened it.
                    return await channel.get_underlay_channel()
        except VENDOR_ERRORS as error:
            raise connect_error(error, shown=self.address.shown, user=self.address.user) from error

    async def close(self) -> None:
        async with self._opening:
            connection, self._connection = self._connection, None
            if connection is not None:
                await _close(connection)

    async def _open(self) -> AbstractConnection:
        async with self._opening:
            if self.closed.is_set():
                raise BrokerUnavailable("the transport is closed")
            # A plain connection's `is_closed` stays False when the broker or the network closed it.
            if self._connection is None or not self._connection.connected.is_set():
                lost, self._connection = self._connection, None
                if lost is not None:
                    await _close(lost)
                self._connection = await self._connect()
                logger.debug("{} is connected to {}", self.name, self.address.shown)
            return self._connection

    async def _connect(self) -> AbstractConnection:
        return await aio_pika.connect(
            self.address.url,
            timeout=_CONNECT_SECONDS,
            heartbeat=self._heartbeat_seconds,
            client_properties={"connection_name": self.name},
        )


async def _close(connection: AbstractConnection) -> None:
    with ignoring_failures():
        async with asyncio.timeout(_CLOSE_SECONDS):
            await connection.close()
            # aio-pika's close callbacks are tasks of their own; a loop that ends at once would destroy them half-way.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
