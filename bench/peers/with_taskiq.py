# mypy: disable-error-code="import-not-found, misc, untyped-decorator, no-untyped-call"
"""The job on Taskiq with taskiq-aio-pika: two worker processes, acknowledged when executed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import asyncpg
import uvloop
from taskiq import TaskiqEvents
from taskiq_aio_pika import AioPikaBroker, Exchange, Queue

from bench.job import INSERT, amqp_url, database_url, main_sender, row_of, send_async

broker = AioPikaBroker(
    amqp_url(), qos=200, exchange=Exchange(name="bench-taskiq"), task_queues=[Queue(name="bench-taskiq")]
)
_pools: list[Any] = []


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def open_pool(_: object) -> None:
    _pools.append(await asyncpg.create_pool(database_url(), min_size=8, max_size=8))


@broker.task(task_name="record")
async def record(text: str) -> None:
    await _pools[0].execute(INSERT, *row_of(text))


async def _send(count: int, rate: float) -> float:
    async def send_all(texts: Sequence[str]) -> None:
        await asyncio.gather(*(record.kiq(text) for text in texts))

    await broker.startup()
    try:
        return await send_async(send_all, count, rate)
    finally:
        await broker.shutdown()


if __name__ == "__main__" and sys.argv[1] == "send":
    main_sender(lambda count, rate: uvloop.run(_send(count, rate)))
