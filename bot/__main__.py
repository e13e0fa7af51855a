"""`python -m bot`: one shard, against a real broker and database. Exit codes: 0 stopped, 1 refused, 2 misconfigured."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys

import uvloop
from loguru import logger

from bot.config import Settings
from bot.guild_rate import GuildRate
from bot.platform import Platform
from bot.recovery import DiscordRefused
from bot.service import run
from bus.clock import Clock, SteadyClock, SystemClock
from bus.errors import AccessRefused, BrokerAddressInvalid
from bus.ids import new_id
from bus.logs import configure
from bus.rabbitmq import RabbitMQTransport
from bus.standstill import watched
from bus.topology import load_topology
from bus.transport import Transport
from models.catalogue import load_catalogue
from models.config import ConfigError
from models.database import BOT_ROLE, Database
from models.database_clock import connect_and_keep_time
from models.errors import ModelError
from models.rate_limits import Rates

_GRACE_SECONDS = 4.5


async def _serve(settings: Settings, machine: Clock, stop: asyncio.Event) -> None:
    clock = SteadyClock(machine)
    transport = RabbitMQTransport(
        settings.amqp_url.reveal(), load_topology(), clock=clock, name=f"bot {settings.shard_id}"
    )
    database = Database(settings.database_url.reveal(), role=BOT_ROLE, max_size=4)
    catalogue = load_catalogue()
    platform = Platform(database, catalogue=catalogue, process_id=new_id(clock.now()), shard_id=settings.shard_id)
    rates = Rates(settings.rate_storage_url.reveal())
    rate = GuildRate(rates, settings.rate_per_guild)
    # Slash commands need the broker but not the database: a database that is down must not keep the bot away.
    connecting = asyncio.create_task(connect_and_keep_time(clock, database))
    try:
        if not await _started(transport, stop):
            return
        await run(
            settings,
            transport=transport,
            catalogue=catalogue,
            clock=clock,
            ports=platform.ports(rate_refusal=rate.refusal),
            stop=stop,
        )
    finally:
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        with contextlib.suppress(ModelError, OSError):
            await platform.farewell()
        await asyncio.gather(transport.close(), database.close(), rates.close(), return_exceptions=True)


async def _started(transport: Transport, stop: asyncio.Event) -> bool:
    """Wait for the broker, or for the stop: False."""
    starting = asyncio.create_task(transport.start())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
        return starting.done()
    finally:
        starting.cancel()
        stopping.cancel()
        await asyncio.gather(starting, stopping, return_exceptions=True)


async def _main(settings: Settings, clock: Clock) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: logger.error("in a task nobody waits for: {}", context["message"]))
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    serving = asyncio.create_task(_serve(settings, clock, stop))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not serving.done():
        await asyncio.wait({serving}, timeout=_GRACE_SECONDS)
        serving.cancel()
    try:
        await serving
    except asyncio.CancelledError:
        logger.warning("stopped before everything was finished")
    except (DiscordRefused, AccessRefused, BrokerAddressInvalid, ModelError) as error:
        logger.error("{}", error)
        return 1
    return 0


def main(clock: Clock | None = None) -> int:
    """Read the settings, serve until SIGTERM or SIGINT."""
    try:
        settings = Settings.from_environ(os.environ)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure(settings.log_level, json=settings.log_json)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(watched(_main(settings, clock or SystemClock())))


if __name__ == "__main__":
    sys.exit(main())
