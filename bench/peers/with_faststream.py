# mypy: disable-error-code="import-not-found, misc, untyped-decorator, no-untyped-call"
"""The job on FastStream: each worker process is one of these."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import asyncpg
import uvloop
from faststream import AckPolicy, FastStream
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue

from bench.job import INSERT, amqp_url, database_url, main_sender, row_of, send_async

QUEUE = RabbitQueue("bench-faststream", durable=True)
broker = RabbitBroker(amqp_url(), default_channel=Channel(prefetch_count=200), logger=None)
_pools: list[Any] = []


async def record(text: str) -> None:
    await _pools[0].execute(INSERT, *row_of(text))


async def _work() -> None:
    app = FastStream(broker, logger=None)
    broker.subscriber(QUEUE, ack_policy=AckPolicy.NACK_ON_ERROR)(record)
    _pools.append(await asyncpg.create_pool(database_url(), min_size=8, max_size=8))
    await app.run()


async def _send(count: int, rate: float) -> float:
    async def send_all(texts: Sequence[str]) -> None:
        await asyncio.gather(*(broker.publish(text, QUEUE, persist=True) for text in texts))

    await broker.connect()
    try:
        await broker.declare_queue(QUEUE)
        return await send_async(send_all, count, rate)
    finally:
        await broker.stop()


if __name__ == "__main__":
    if sys.argv[1] == "send":
        main_sender(lambda count, rate: uvloop.run(_send(count, rate)))
    else:
        uvloop.run(_work())
