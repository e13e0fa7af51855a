"""How full queues are, by declaring them passively: AMQP's own way to ask, which needs no permission on the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import aiormq.exceptions as vendor

from bus._rabbitmq_errors import VENDOR_ERRORS, ignoring_failures, opening, words_of
from bus._rabbitmq_link import Link
from bus.errors import BrokerUnavailable, TopologyDrift
from bus.transport import Depth

__all__ = ["depths_of"]

_ANSWER_SECONDS = 5.0


async def depths_of(link: Link, queues: Sequence[str]) -> Mapping[str, Depth]:
    """Raises BrokerUnavailable, or TopologyDrift for a queue that the broker does not have."""
    channel = await link.channel()
    try:
        found = {}
        with opening():
            async with asyncio.timeout(_ANSWER_SECONDS):
                for queue in queues:
                    declared = await channel.queue_declare(queue, passive=True)
                    found[queue] = Depth(ready=declared.message_count or 0, consumers=declared.consumer_count or 0)
        return found
    except vendor.ChannelNotFoundEntity as error:
        raise TopologyDrift(f"the broker lacks a queue; run `guildbus topology verify`: {words_of(error)}") from error
    except VENDOR_ERRORS as error:
        raise BrokerUnavailable(f"the broker at {link.address.shown} does not answer: {words_of(error)}") from error
    finally:
        with ignoring_failures():
            await channel.close(timeout=_ANSWER_SECONDS)
