"""The parts that a platform stands on, each started and stopped by a context of its own."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from loguru import logger

from bus.clock import Clock
from bus.topology import Topology
from models.embedded import EmbeddedPostgres
from models.errors import EmbeddedDatabaseFailed
from scripts.data_dir import DataDir
from scripts.exits import Failed
from scripts.rabbitmq_node import RabbitMQMissing, RabbitMQNode, RabbitMQNotStarted
from scripts.up.broker import Broker, memory_broker, node_broker, real_broker
from scripts.up.choice import Choice

__all__ = ["running_broker", "running_database"]

_NODE_STOP_SECONDS = 2.5


@asynccontextmanager
async def running_database(choice: Choice, data_dir: DataDir) -> AsyncIterator[str]:
    """The URL; whether the real one answers is not asked here. Raises Failed."""
    if choice.database_url is not None:
        yield choice.database_url
        return
    embedded = EmbeddedPostgres(data_dir.path)
    try:
        url = await embedded.start()
    except EmbeddedDatabaseFailed as error:
        raise Failed(f"The embedded PostgreSQL: {error}") from error
    try:
        yield url
    finally:
        await embedded.stop()


@asynccontextmanager
async def running_broker(choice: Choice, data_dir: DataDir, topology: Topology, clock: Clock) -> AsyncIterator[Broker]:
    """The broker; whether a real one answers is not asked here. Raises Failed."""
    if choice.broker == "memory":
        yield memory_broker(topology, clock)
    elif choice.amqp_url is not None:
        yield real_broker(topology, clock, choice.amqp_url)
    else:
        async with _running_node(topology, clock, data_dir) as broker:
            yield broker


@asynccontextmanager
async def _running_node(topology: Topology, clock: Clock, data_dir: DataDir) -> AsyncIterator[Broker]:
    """Boots while the database is prepared: `Broker.started` waits for it."""
    try:
        node, broker = node_broker(topology, clock, data_dir)
    except RabbitMQMissing as error:
        raise Failed(str(error)) from error
    booting = asyncio.create_task(asyncio.to_thread(node.start))

    async def started() -> None:
        try:
            await asyncio.shield(booting)
        except RabbitMQNotStarted as error:
            raise Failed(str(error)) from error

    try:
        yield replace(broker, started=started)
    finally:
        await asyncio.wait([booting])
        await _stop_node(node)


async def _stop_node(node: RabbitMQNode) -> None:
    """In order if it is quick: what quorum queues and streams confirmed is on the disk, a kill loses nothing."""
    stopping = asyncio.create_task(asyncio.to_thread(node.stop))
    done, _ = await asyncio.wait([stopping], timeout=_NODE_STOP_SECONDS)
    if not done and (pid := node.pid) is not None:
        logger.debug("the RabbitMQ node takes its time and is killed")
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    await stopping
