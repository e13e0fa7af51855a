"""The practical ceiling: the same job by hand on aio-pika and asyncpg, batches of 100, `multiple` acks.

It publishes to guildbus's own exchanges and reads guildbus's own quorum queue. With `work results` each command also
publishes a result of the usual size to the stream, and is acknowledged after its confirm.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from typing import Any

import aio_pika
import asyncpg
import uvloop
from aiormq import spec

from bench.job import amqp_url, database_url, main_sender, row_of, send_async

QUEUE, EXCHANGE, ROUTING_KEY = "commands.interactive", "commands", "interactive.bench.by_hand"
_BATCH = 100
_PREFETCH = 1000
_BATCHES_AT_ONCE = 4
_RESULT = (
    '{{"id":"{id}","type":"role.create","guild_id":"700000000000000001","timestamp":"{at}",'
    '"data":{{"role":{{"id":"5","name":"{pad}"}}}},"source":"bot"}}'
)
_PAD = "x" * 400  # as long as guildbus's own results
_INSERT = """
INSERT INTO bench_audit (id, issued_at, body) SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[])
ON CONFLICT DO NOTHING"""


async def _channel(*, confirms: bool) -> tuple[Any, Any]:
    connection = await aio_pika.connect(amqp_url())
    channel = await connection.channel(publisher_confirms=confirms)
    return connection, await channel.get_underlay_channel()


async def _publish(channel: Any, exchange: str, key: str, bodies: Sequence[bytes]) -> None:
    properties = spec.Basic.Properties(delivery_mode=2, content_type="application/json")
    await asyncio.gather(
        *(
            channel.basic_publish(body, exchange=exchange, routing_key=key, properties=properties, wait=False)
            for body in bodies
        )
    )


async def send(count: int, rate: float) -> float:
    connection, channel = await _channel(confirms=True)

    async def send_all(texts: Sequence[str]) -> None:
        await _publish(channel, EXCHANGE, ROUTING_KEY, [text.encode() for text in texts])

    try:
        return await send_async(send_all, count, rate)
    finally:
        await connection.close()


async def work(*, results: bool) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    arrived: asyncio.Queue[Any] = asyncio.Queue()
    pool = await asyncpg.create_pool(database_url(), min_size=_BATCHES_AT_ONCE, max_size=_BATCHES_AT_ONCE)
    connection, channel = await _channel(confirms=False)
    out_connection, out = await _channel(confirms=True)
    at_once = asyncio.Semaphore(_BATCHES_AT_ONCE)

    async def finish(batch: Sequence[Any], before: asyncio.Future[None] | None) -> None:
        rows = [row_of(message.body) for message in batch]
        await pool.execute(_INSERT, *zip(*rows, strict=True))
        if results:
            bodies = [_RESULT.format(id=id_, at=at.isoformat(), pad=_PAD).encode() for id_, at, _ in rows]
            await _publish(out, "results", "bot.bench.by_hand", bodies)
        if before is not None:
            await before  # `multiple` covers all tags below: in order
        await channel.basic_ack(batch[-1].delivery.delivery_tag, multiple=True, wait=False)
        at_once.release()

    async def loop() -> None:
        before: asyncio.Future[None] | None = None
        while True:
            batch = [await arrived.get()]
            while len(batch) < _BATCH and not arrived.empty():
                batch.append(arrived.get_nowait())
            await at_once.acquire()
            before = asyncio.ensure_future(finish(batch, before if before and not before.done() else None))

    async def take(message: Any) -> None:
        arrived.put_nowait(message)

    await channel.basic_qos(prefetch_count=_PREFETCH)
    looping = asyncio.ensure_future(loop())
    await channel.basic_consume(QUEUE, take)
    await asyncio.wait([looping, asyncio.ensure_future(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
    looping.cancel()
    await out_connection.close()
    await connection.close()
    pool.terminate()


if __name__ == "__main__":
    if sys.argv[1] == "send":
        main_sender(lambda count, rate: uvloop.run(send(count, rate)))
    else:
        uvloop.run(work(results=sys.argv[2] == "results"))
