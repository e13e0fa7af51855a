"""Rates and depths of queues, from a real broker's management API."""

from __future__ import annotations

import asyncio

import pytest

from bus.clock import SystemClock
from bus.errors import AccessRefused, BrokerUnavailable
from bus.queue_load import read_load
from bus.rabbitmq import RabbitMQTransport
from bus.topology import load_topology
from bus.transport import Message
from tests.rabbitmq import Vhost

_QUEUE = "commands.bulk"


async def test_what_was_published_and_what_waits_is_told_to_the_web_processs_own_user(
    rabbitmq_vhost: Vhost,
) -> None:
    management_url, url = rabbitmq_vhost.broker.management_url, rabbitmq_vhost.url("web")
    transport = RabbitMQTransport(url, load_topology(), clock=SystemClock(), name="load")
    await transport.start()
    try:
        await transport.publish_all([Message("commands", "bulk.some.thing", b"x")] * 30)
        # Channels tell their counts every 5 s, and one that is closed before never does.
        async with asyncio.timeout(60):
            while True:
                load = (await read_load(management_url, url, {_QUEUE, "replies"})).get(_QUEUE)
                if load is not None and load.waiting[-1:] == [30] and load.published_per_second > 0:
                    break
                await asyncio.sleep(0.3)
    finally:
        await transport.close()
    assert load.delivered_per_second == 0.0
    assert len(load.waiting) == 31
    assert load.waiting[0] == 0


async def test_who_may_not_ask_and_an_api_that_is_not_there_are_told_apart(rabbitmq_vhost: Vhost) -> None:
    url = rabbitmq_vhost.url("bot")
    with pytest.raises(AccessRefused, match="needs the tag `management`"):
        await read_load(rabbitmq_vhost.broker.management_url, url, {_QUEUE})
    with pytest.raises(BrokerUnavailable, match="no answer from the management API"):
        await read_load("http://127.0.0.1:9", url, {_QUEUE})
