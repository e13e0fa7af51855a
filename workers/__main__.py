"""`python -m workers`: wires one worker process and nothing else does."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys

from bus.clock import Clock, SteadyClock, SystemClock
from bus.logs import configure
from bus.rabbitmq import RabbitMQTransport
from bus.standstill import watched
from bus.topology import load_topology
from models.catalogue import load_catalogue
from models.config import ConfigError
from models.database import BY_KEY, WORKER_ROLE, Database
from models.database_clock import keep_time
from workers import service
from workers.config import Settings
from workers.handlers.table import load_handlers


async def work(settings: Settings, machine: Clock) -> None:
    """Runs until SIGTERM or SIGINT."""
    clock = SteadyClock(machine)
    topology = load_topology()
    catalogue = load_catalogue()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    transport = RabbitMQTransport(settings.amqp_url.reveal(), topology, clock=clock, name="worker")
    database = Database(settings.database_url.reveal(), role=WORKER_ROLE, max_size=16, session=BY_KEY)
    keeping_time: asyncio.Task[None] | None = None
    try:
        await asyncio.gather(transport.start(), database.connect())
        keeping_time = asyncio.create_task(keep_time(clock, database))
        # What was loaded stays: the garbage collector need not look through all of it again each time.
        gc.collect()
        gc.freeze()
        await service.run(
            settings,
            transport=transport,
            database=database,
            topology=topology,
            senders=topology.senders,
            catalogue=catalogue,
            handlers=load_handlers(catalogue),
            clock=clock,
            stop=stop,
        )
    finally:
        if keeping_time is not None:
            keeping_time.cancel()
        await transport.close()
        await database.close()


def main(clock: Clock | None = None) -> int:
    try:
        settings = Settings.from_environ(os.environ)
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 - there is no log before there are settings
        return 2
    configure(settings.log_level, json=settings.log_json)
    import uvloop

    uvloop.run(watched(work(settings, clock or SystemClock())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
