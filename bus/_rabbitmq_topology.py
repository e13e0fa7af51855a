"""Declaring on a broker, each declaration on a channel that may be lost: a refusal closes the channel it came on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import aio_pika
import aiormq.exceptions as vendor

from bus._declarations import Binding, Exchange, Queue
from bus._rabbitmq_errors import VENDOR_ERRORS, closed_is_an_error, connect_error, ignoring_failures, opening, words_of
from bus.broker_address import parse_address
from bus.errors import AccessRefused, BrokerUnavailable

__all__ = ["Declarer", "State", "open_declarer"]

State = Literal["there", "missing"] | str
_CONNECT_SECONDS = 10.0
_DECLARE_SECONDS = 30.0


@asynccontextmanager
async def open_declarer(url: str) -> AsyncIterator[Declarer]:
    """A connection for one step, not restored when lost. Raises AccessRefused or BrokerUnavailable."""
    address = parse_address(url)
    try:
        with opening():
            connection = await aio_pika.connect(
                address.url, timeout=_CONNECT_SECONDS, client_properties={"connection_name": "guildbus topology"}
            )
    except VENDOR_ERRORS as error:
        raise connect_error(error, shown=address.shown, user=address.user) from error
    try:
        with closed_is_an_error():
            yield Declarer(connection, address.shown)
    except VENDOR_ERRORS as error:
        raise BrokerUnavailable(f"the broker at {address.shown} failed: {words_of(error)}") from error
    finally:
        with ignoring_failures():
            await connection.close()


class Declarer:
    """Methods answer "there", "missing", or the broker's words on what differs. Raises AccessRefused."""

    def __init__(self, connection: Any, shown: str) -> None:
        self._connection = connection
        self._shown = shown

    async def exchange_state(self, exchange: Exchange) -> State:
        state = await self._try("exchange_declare", exchange.name, passive=True)
        return state if state == "missing" else await self.declare_exchange(exchange)

    async def declare_exchange(self, exchange: Exchange) -> State:
        return await self._try("exchange_declare", exchange.name, exchange_type=exchange.type, durable=True)

    async def queue_state(self, queue: Queue) -> State:
        """A passive declare does not look at arguments: where the queue exists, it is declared as it should be."""
        state = await self._try("queue_declare", queue.name, passive=True)
        return state if state == "missing" else await self.declare_queue(queue)

    async def declare_queue(self, queue: Queue) -> State:
        return await self._try("queue_declare", queue.name, durable=True, arguments=dict(queue.arguments))

    async def bind(self, binding: Binding) -> State:
        if binding.destination_kind == "queue":
            return await self._try("queue_bind", binding.destination, binding.source, binding.routing_key)
        return await self._try("exchange_bind", binding.destination, binding.source, binding.routing_key)

    async def _try(self, method: str, *names: str, **options: Any) -> State:
        opened = await self._connection.channel(publisher_confirms=False)
        channel = await opened.get_underlay_channel()
        try:
            await getattr(channel, method)(*names, timeout=_DECLARE_SECONDS, **options)
        except vendor.ChannelNotFoundEntity:
            return "missing"
        except vendor.ChannelPreconditionFailed as error:
            return words_of(error).removeprefix("PRECONDITION_FAILED - ")
        except vendor.ChannelAccessRefused as error:
            raise AccessRefused(f"the broker at {self._shown} refused: {words_of(error)}") from error
        await channel.close()
        return "there"
