"""Applying the topology to a real broker, and seeing where it differs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiormq
import pytest

from bus.clock import SystemClock
from bus.errors import AccessRefused, BrokerAddressInvalid, BrokerUnavailable, TopologyDrift
from bus.rabbitmq import RabbitMQTransport
from bus.topology import Exchange, QuorumQueue, Stream, Topology
from bus.topology_apply import apply, plan, verify
from bus.transport import Message
from tests.integration.bus.contract.receiving import take
from tests.rabbitmq import Broker, Vhost, delete_vhost, new_vhost


@pytest.fixture
def empty(rabbitmq_node: Broker, topology: Topology) -> Iterator[Vhost]:
    """A virtual host with users and nothing else."""
    vhost = new_vhost(rabbitmq_node, replace(topology, exchanges={}, queues={}, bindings=()))
    yield vhost
    delete_vhost(vhost)


@asynccontextmanager
async def channel_of(vhost: Vhost) -> AsyncIterator[Any]:
    connection = await aiormq.connect(vhost.url("worker"))
    yield await connection.channel()
    await connection.close()


def changed(topology: Topology, queue: str, **values: Any) -> Topology:
    return replace(topology, queues={**topology.queues, queue: replace(topology.queues[queue], **values)})


async def test_an_empty_broker_is_filled_once_and_then_verified(empty: Vhost, topology: Topology) -> None:
    url, management_url = empty.url("worker"), empty.broker.management_url
    planned = await plan(url, topology, management_url=management_url)
    assert {change.kind for change in planned} == {"create"}
    assert len(planned) == len(topology.exchanges) + len(topology.queues) + len(topology.bindings)
    applied = await apply(url, topology)
    assert applied.streams_created == {"live"}
    assert len(applied.changes) == len(topology.exchanges) + len(topology.queues)
    again = await apply(url, topology)
    assert (again.changes, again.streams_created) == ((), frozenset())
    assert await verify(url, topology, management_url=management_url) == []


async def test_without_the_management_api_bindings_are_called_unverified(vhost: Vhost, topology: Topology) -> None:
    (unverified,) = await verify(vhost.url("worker"), topology)
    assert (unverified.kind, unverified.object) == ("unverified", "binding")


async def test_planning_creates_nothing(empty: Vhost, topology: Topology) -> None:
    await plan(empty.url("worker"), topology)
    with empty.broker.client() as client:
        assert client.get(f"/api/queues/{empty.name}").json() == []


@pytest.mark.parametrize(
    ("queue", "values", "argument"),
    [
        ("work.a", {"max_length": 7}, "x-max-length"),
        ("work.a", {"delivery_limit": 7}, "x-delivery-limit"),
        ("work.a", {"dead_letter_exchange": "control"}, "x-dead-letter-exchange"),
        ("work.a", {"dead_letter_exchange": None}, "x-dead-letter-exchange"),
        ("retry.1s", {"message_ttl_ms": 7}, "x-message-ttl"),
        ("live", {"max_age_seconds": 7}, "x-max-age"),
        ("live", {"max_bytes": 70_000_000}, "x-max-length-bytes"),
        ("live", {"segment_bytes": 7_000_000}, "x-stream-max-segment-size-bytes"),
    ],
)
async def test_a_changed_argument_is_drift_and_named(
    vhost: Vhost, topology: Topology, queue: str, values: dict[str, Any], argument: str
) -> None:
    wanted = changed(topology, queue, **values)
    with pytest.raises(TopologyDrift, match=argument):
        await verify(vhost.url("worker"), wanted)
    (difference,) = (await apply(vhost.url("worker"), wanted)).changes
    assert (difference.kind, difference.name) == ("differs", queue)
    assert argument in difference.detail


async def test_every_argument_arrived_on_the_broker(vhost: Vhost, topology: Topology) -> None:
    with vhost.broker.client() as client:
        found = {queue["name"]: queue for queue in client.get(f"/api/queues/{vhost.name}").json()}
    for name, queue in topology.queues.items():
        assert found[name]["arguments"] == queue.arguments
        assert found[name]["type"] == ("stream" if isinstance(queue, Stream) else "quorum")


async def test_an_exchange_of_another_type_and_missing_ones_are_drift(vhost: Vhost, topology: Topology) -> None:
    exchanges = {**topology.exchanges, "new": Exchange("new", "topic"), "dead": Exchange("dead", "topic")}
    with pytest.raises(TopologyDrift) as caught:
        await verify(vhost.url("worker"), replace(topology, exchanges=exchanges))
    assert "create exchange new" in str(caught.value)
    assert "differs exchange dead: inequivalent arg 'type'" in str(caught.value)


async def test_the_management_api_shows_extra_and_missing_bindings(vhost: Vhost, topology: Topology) -> None:
    async with channel_of(vhost) as channel:
        await channel.queue_declare("left-over", durable=True, arguments={"x-queue-type": "quorum"})
        await channel.queue_bind("left-over", "live", "")
        await channel.queue_unbind("work.a", "work", "a.#")
    with pytest.raises(TopologyDrift) as caught:
        await verify(vhost.url("worker"), topology, management_url=vhost.broker.management_url)
    assert "create binding work → queue work.a ('a.#')" in str(caught.value)
    assert "extra binding live → queue left-over ('')" in str(caught.value)
    assert "extra queue left-over" in str(caught.value)
    await apply(vhost.url("worker"), topology)
    transport = RabbitMQTransport(vhost.url("worker"), topology, clock=SystemClock(), name="test")
    await transport.start()
    await transport.publish(Message("work", "a.x", b"routed again"))
    await transport.close()


async def test_listeners_are_not_extra(vhost: Vhost, topology: Topology) -> None:
    transport = RabbitMQTransport(vhost.url("worker"), topology, clock=SystemClock(), name="test")
    await transport.start()
    listener = transport.listen("control")
    assert await anext(listener) == b""
    assert await verify(vhost.url("worker"), topology, management_url=vhost.broker.management_url) == []
    await transport.close()


async def test_a_deleted_queue_is_named_waited_for_and_disturbs_no_other_consumer(
    vhost: Vhost, topology: Topology
) -> None:
    transport = RabbitMQTransport(vhost.url("worker"), topology, clock=SystemClock(), name="test")
    await transport.start()
    async with transport.consume("work.a", prefetch=5) as a, transport.consume("work.b", prefetch=5) as b:
        await transport.publish_all([Message("work", "a.x", b"1"), Message("work", "x.b.y", b"2")])
        (held,) = await take(b, 1)
        a.ack((await take(a, 1))[0])
        await asyncio.sleep(0.2)
        async with channel_of(vhost) as channel:
            await channel.queue_delete("work.a")
        await asyncio.sleep(0.5)
        await apply(vhost.url("worker"), topology)
        await transport.publish_all([Message("work", "a.x", b"3"), Message("work", "x.b.y", b"4")])
        b.ack(held)
        assert [d.body for d in await take(b, 1)] == [b"4"]  # never interrupted: `held` did not come again
        assert [d.body for d in await take(a, 1)] == [b"3"]
    await transport.close()


async def test_consumers_attach_to_a_queue_with_other_arguments_than_ours(vhost: Vhost, topology: Topology) -> None:
    """Declaring with changed arguments would fail each reconnect; a passive declaration does not."""
    transport = RabbitMQTransport(
        vhost.url("worker"), changed(topology, "work.a", max_length=7), clock=SystemClock(), name="test"
    )
    await transport.start()
    await transport.publish(Message("work", "a.x", b"1"))
    async with transport.consume("work.a", prefetch=5) as consumer:
        consumer.ack((await take(consumer, 1))[0])
    await transport.close()


async def test_errors_are_sentences_without_the_password(vhost: Vhost, topology: Topology) -> None:
    for url, kind in [
        ("amqp://worker:hidden@127.0.0.1:1/x", BrokerUnavailable),
        (vhost.url_with("worker", "hidden"), AccessRefused),
        ("http://worker:hidden@127.0.0.1/x", BrokerAddressInvalid),
    ]:
        with pytest.raises(kind) as caught:
            await apply(url, topology)
        assert "hidden" not in str(caught.value)


def test_no_work_queue_is_without_its_safeguards(topology: Topology) -> None:
    for queue in topology.queues.values():
        if isinstance(queue, QuorumQueue):
            assert queue.arguments["x-overflow"] == "reject-publish"
            assert "x-dead-letter-routing-key" not in queue.arguments
            assert "x-max-priority" not in queue.arguments
