"""`python -m web`: the dashboard, the API and the live updates, wired from the environment."""

from __future__ import annotations

import asyncio
import gc
import os
import sys

import uvloop
from loguru import logger

from bus.clock import Clock, SteadyClock, SystemClock
from bus.logs import configure
from bus.rabbitmq import RabbitMQTransport
from bus.standstill import watched
from bus.topology import load_topology
from models.catalogue import load_catalogue
from models.config import ConfigError
from models.database import WEB_ROLE, Database
from models.database_clock import connect_and_keep_time
from models.ledger import Ledger
from models.rate_limits import Rates
from web.app import create_app
from web.config import Settings
from web.server import WebServer

__all__ = ["main"]


def main(clock: Clock | None = None) -> int:
    """Exits with 2 where a setting is missing or wrong."""
    try:
        settings = Settings.from_environ(os.environ)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure(settings.log_level, json=settings.log_json)
    uvloop.run(watched(_run(settings, clock or SystemClock())))
    return 0


async def _run(settings: Settings, machine: Clock) -> None:
    clock, topology = SteadyClock(machine), load_topology()
    transport = RabbitMQTransport(settings.amqp_url, topology, clock=clock, name="guildbus web")
    database = Database(settings.database_url, role=WEB_ROLE)
    rates = Rates(settings.rate_storage_url)
    app = create_app(
        settings,
        transport=transport,
        database=database,
        ledger=Ledger(database),
        catalogue=load_catalogue(),
        clock=clock,
        topology=topology,
        rates=rates,
    )
    # Both keep trying, each saying at what address, while /readyz says the same.
    connecting = [
        asyncio.create_task(connect_and_keep_time(clock, database)),
        asyncio.create_task(transport.start()),
    ]
    server = WebServer(
        app,
        host=settings.host,
        port=settings.port,
        grace_seconds=settings.grace_seconds,
        trusted_proxies=settings.trusted_proxies,
    )
    # What was loaded stays: the garbage collector need not look through all of it again in the middle of a request.
    gc.collect()
    gc.freeze()
    try:
        await server.serve()
    finally:
        for task in connecting:
            task.cancel()
        await asyncio.gather(*connecting, return_exceptions=True)
        await transport.close()
        await database.close()
        await rates.close()
        logger.info("stopped")


if __name__ == "__main__":
    sys.exit(main())
