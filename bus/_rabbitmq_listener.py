"""Hearing announcements: a fanout exchange through an exclusive queue that ends with its connection."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from bus._rabbitmq_errors import VENDOR_ERRORS, ignoring_failures, opening, words_of
from bus._rabbitmq_link import Link, attempts
from bus.errors import BrokerUnavailable

__all__ = ["listen_to"]

_RPC_SECONDS = 10.0
_REATTACH_SECONDS = 0.1
_REATTACHED = b""


async def listen_to(link: Link, exchange: str) -> AsyncIterator[bytes]:
    """b"" after every attachment, then the bodies published since, until the link is closed."""
    closed = link.closed
    while not closed.is_set():
        arrived: deque[bytes] = deque([_REATTACHED])
        changed = asyncio.Event()
        try:
            async for attempt in attempts(f"listening to {exchange}", closed=closed):
                with attempt:
                    channel = await _attach(link, exchange, arrived, changed)
        except BrokerUnavailable:
            return  # attempts end only with the link
        try:
            while not closed.is_set() and (arrived or not channel.is_closed):
                while arrived:
                    yield arrived.popleft()
                changed.clear()
                if not channel.is_closed:
                    await changed.wait()
        finally:
            with ignoring_failures():
                await channel.close(timeout=_RPC_SECONDS)
        if not closed.is_set():
            await asyncio.sleep(_REATTACH_SECONDS)


async def _attach(link: Link, exchange: str, arrived: deque[bytes], changed: asyncio.Event) -> Any:
    """Raises BrokerUnavailable."""
    channel = await link.channel()
    channel.closing.add_done_callback(lambda _: changed.set())

    async def take(message: Any) -> None:
        arrived.append(message.body)
        changed.set()

    # The user is in the name, so that permissions can be given for one component's queues only.
    name = f"{exchange}.{link.address.user}.{secrets.token_hex(8)}"
    try:
        with opening():
            async with asyncio.timeout(_RPC_SECONDS):
                await channel.queue_declare(name, exclusive=True, auto_delete=True)
                await channel.queue_bind(name, exchange, "")
                await channel.basic_qos(prefetch_count=1000)
                await channel.basic_consume(name, take, no_ack=True)
    except VENDOR_ERRORS as error:
        with ignoring_failures():
            await channel.close(timeout=_RPC_SECONDS)
        raise BrokerUnavailable(
            f"exchange {exchange!r} cannot be listened to: {words_of(error)}; run `guildbus topology apply`"
        ) from error
    return channel
