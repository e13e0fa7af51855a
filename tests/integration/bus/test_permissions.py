"""Each component's broker user can do its own work, and nothing of the others'."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import aiormq
import pytest
from aiormq import spec

from bus.clock import SystemClock
from bus.errors import AccessRefused, Unroutable
from bus.rabbitmq import RabbitMQTransport
from bus.topology import load_topology
from bus.topology_apply import verify
from bus.transport import Message
from tests.integration.bus.contract.receiving import drain, receive, take
from tests.rabbitmq import Vhost

MAY_PUBLISH = {
    "bot": {"commands", "events"},
    "web": {"commands", "results", "control"},
    "worker": {"commands", "results", "events", "replies", "control", "dead", "retry.1s", "retry.15m"},
    "script": {"commands"},
}
MAY_READ = {
    "bot": set(),
    "web": {"live"},
    "worker": {"commands.interactive", "commands.bulk", "replies", "dead-letters", "gateway"},
    "script": set(),
}
LISTENERS = ("bot", "web", "worker")
ROUTING_KEYS = {"commands": "bulk.test.test", "replies": "replies", "retry.1s": "nowhere", "retry.15m": "nowhere"}


@asynccontextmanager
async def transport_of(vhost: Vhost, user: str) -> AsyncIterator[RabbitMQTransport]:
    transport = RabbitMQTransport(vhost.url(user), load_topology(), clock=SystemClock(), name=f"test {user}")
    await transport.start()
    yield transport
    await transport.close()


@asynccontextmanager
async def channel_of(vhost: Vhost, user: str) -> AsyncIterator[Any]:
    connection = await aiormq.connect(vhost.url(user))
    yield await connection.channel()
    await connection.close()


async def test_the_definitions_file_is_the_whole_topology(rabbitmq_vhost: Vhost) -> None:
    management_url = rabbitmq_vhost.broker.management_url
    assert await verify(rabbitmq_vhost.url("operator"), load_topology(), management_url=management_url) == []


@pytest.mark.parametrize("user", list(MAY_PUBLISH))
async def test_a_user_publishes_to_its_own_exchanges_only(rabbitmq_vhost: Vhost, user: str) -> None:
    async with transport_of(rabbitmq_vhost, user) as transport:
        for exchange in load_topology().exchanges:
            answer = None
            try:
                await transport.publish(Message(exchange, ROUTING_KEYS.get(exchange, "x.y"), b"{}"))
            except (AccessRefused, Unroutable) as error:
                answer = error
            assert isinstance(answer, AccessRefused) == (exchange not in expected(user)), (exchange, answer)
        with pytest.raises(AccessRefused):
            await transport.publish(Message("", "commands.bulk", b"past the exchanges"))


def expected(user: str) -> set[str]:
    allowed = set(MAY_PUBLISH[user])
    return allowed | {name for name in load_topology().exchanges if name.startswith("retry.") and "retry.1s" in allowed}


@pytest.mark.parametrize("user", list(MAY_READ))
async def test_a_user_reads_its_own_queues_only(rabbitmq_vhost: Vhost, user: str) -> None:
    for queue in load_topology().queues:
        async with channel_of(rabbitmq_vhost, user) as channel:
            refused = False
            try:
                await channel.basic_qos(prefetch_count=1)
                await channel.basic_consume(queue, lambda _: asyncio.sleep(0))
            except aiormq.exceptions.ChannelAccessRefused:
                refused = True
            assert refused == (queue not in MAY_READ[user]), queue


async def test_whoever_shows_the_queues_sees_how_full_they_are_without_a_right_to_read_them(
    rabbitmq_vhost: Vhost,
) -> None:
    queues = [name for name in load_topology().queues if name not in ("live", "gateway")]
    async with transport_of(rabbitmq_vhost, "web") as transport:
        assert set(await transport.depths(queues)) == set(queues)


@pytest.mark.parametrize("user", list(MAY_PUBLISH))
async def test_a_user_declares_nothing_but_its_own_announcement_queue(rabbitmq_vhost: Vhost, user: str) -> None:
    for name in ("evil", "amq.gen-evil", "commands.evil", "live", "control", "control.other.x"):
        async with channel_of(rabbitmq_vhost, user) as channel:
            with pytest.raises((aiormq.exceptions.ChannelAccessRefused, aiormq.exceptions.ChannelPreconditionFailed)):
                await channel.queue_declare(name, exclusive=True)
    for queue in ("commands.bulk", "live"):
        for method in ("queue_delete", "queue_purge"):
            if method == "queue_purge" and queue in MAY_READ[user]:
                continue
            async with channel_of(rabbitmq_vhost, user) as channel:
                with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
                    await getattr(channel, method)(queue)


@pytest.mark.parametrize("user", LISTENERS)
async def test_processes_hear_announcements(rabbitmq_vhost: Vhost, user: str) -> None:
    async with (
        transport_of(rabbitmq_vhost, user) as transport,
        transport_of(rabbitmq_vhost, "web") as web,
        aclosing(transport.listen("control")) as heard,  # type: ignore[type-var]
    ):
        assert await anext(heard) == b""
        await web.publish(Message("control", "", b"version 2"))
        async with asyncio.timeout(5):
            assert await anext(heard) == b"version 2"


async def test_a_script_hears_nothing(rabbitmq_vhost: Vhost) -> None:
    async with channel_of(rabbitmq_vhost, "script") as channel:
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await channel.queue_declare("control.script.x", exclusive=True)


async def test_a_worker_does_its_whole_round(rabbitmq_vhost: Vhost) -> None:
    """Receive, retry over the ladder, reject, read the dead letter: dead-lettering needs no permission of its own."""
    async with transport_of(rabbitmq_vhost, "worker") as worker, transport_of(rabbitmq_vhost, "script") as script:
        await drain(worker, "commands.interactive")
        await drain(worker, "dead-letters")
        await script.publish(Message("commands", "interactive.admin.broadcast", b"{}"))
        async with worker.consume("commands.interactive", prefetch=5) as consumer:
            (command,) = await take(consumer, 1)
            assert command.user_id == "script"
            await worker.publish(Message("retry.1s", command.queue, command.body, expiration_ms=100))
            consumer.ack(command)
            (again,) = await take(consumer, 1)
            assert again.user_id == "worker"
            consumer.reject(again)
        (dead,) = await receive(worker, "dead-letters", 1)
        assert dead.headers["x-first-death-queue"] == "retry.1s"


async def test_another_users_id_is_refused_by_the_broker(rabbitmq_vhost: Vhost) -> None:
    async with channel_of(rabbitmq_vhost, "script") as channel:
        with pytest.raises(aiormq.exceptions.ChannelPreconditionFailed, match="user_id"):
            await channel.basic_publish(
                b"{}",
                exchange="commands",
                routing_key="bulk.a.b",
                properties=spec.Basic.Properties(user_id="worker"),
            )
