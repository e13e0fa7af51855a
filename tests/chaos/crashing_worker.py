"""A worker process that kills itself at one step of one command's life: `python -m tests.chaos.crashing_worker`.

The environment says where: CRASH_STEP and CRASH_COMMAND, beside the worker's own settings. Without them it is a
worker like any other.
"""

from __future__ import annotations

import asyncio
import os
import signal
from uuid import UUID

import uvloop

from bus.clock import SystemClock
from bus.logs import configure
from bus.rabbitmq import RabbitMQTransport
from bus.topology import load_topology
from models.catalogue import load_catalogue
from models.database import BY_KEY, WORKER_ROLE, Database
from workers import service
from workers.config import Settings
from workers.handlers.table import load_handlers
from workers.steps import Step

CRASH_STEP = os.environ.get("CRASH_STEP")
CRASH_COMMAND = os.environ.get("CRASH_COMMAND")


def observe(step: Step, command_id: UUID) -> None:
    if step == CRASH_STEP and str(command_id) == CRASH_COMMAND:
        os.kill(os.getpid(), signal.SIGKILL)


async def work() -> None:
    settings = Settings.from_environ(os.environ)
    topology, catalogue, clock = load_topology(), load_catalogue(), SystemClock()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    transport = RabbitMQTransport(settings.amqp_url.reveal(), topology, clock=clock, name="worker")
    database = Database(settings.database_url.reveal(), role=WORKER_ROLE, max_size=8, session=BY_KEY)
    await asyncio.gather(transport.start(), database.connect())
    try:
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
            observe=observe,
        )
    finally:
        await transport.close()
        await database.close()


if __name__ == "__main__":
    configure(os.environ.get("LOG_LEVEL", "ERROR"), json=False)
    uvloop.run(work())
