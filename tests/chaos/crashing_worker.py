"""A worker as `python -m tests.chaos.crashing_worker`, and one that kills itself at a step of a command's life."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
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
from workers.steps import Observe, Step, unobserved


def crash(environ: Mapping[str, str], step: Step, command_id: UUID) -> None:
    """Runs a worker in this process, which is killed when that command comes to that step."""

    def observe(reached: Step, id: UUID) -> None:
        if (reached, id) == (step, command_id):
            os.kill(os.getpid(), signal.SIGKILL)

    run(environ, observe)


def run(environ: Mapping[str, str], observe: Observe = unobserved) -> None:
    configure(environ.get("LOG_LEVEL", "ERROR"), json=False)
    uvloop.run(work(environ, observe))


async def work(environ: Mapping[str, str], observe: Observe) -> None:
    settings = Settings.from_environ(environ)
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
    run(os.environ)
