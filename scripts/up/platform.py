"""The all-in-one process: parts start, rooms run until told to stop, then everything stops in the right order."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import AsyncExitStack

from loguru import logger

from bus.clock import Clock
from bus.topology import load_topology
from models.database import Database
from scripts.data_dir import DataDir
from scripts.running import DataDirLock, Running
from scripts.up.broker import Broker
from scripts.up.choice import Choice
from scripts.up.parts import running_broker, running_database
from scripts.up.place import Place
from scripts.up.preparation import prepare_broker, prepare_database
from scripts.up.readiness import wait_until_ready
from scripts.up.room_settings import room_settings
from scripts.up.rooms import Rooms
from scripts.up.script_key import ensure_script_key
from scripts.up.signals import stop_on_signals
from scripts.up.supervisor import Supervisor

__all__ = ["run_platform"]

_POOL_SIZE = 20
# The whole stop takes at most five seconds, embedded PostgreSQL and RabbitMQ included.
_INTAKE_SECONDS = 1.0
_WEB_SECONDS = 1.5
_WORKERS_SECONDS = 1.5


async def run_platform(
    place: Place, choice: Choice, data_dir: DataDir, lock: DataDirLock, clock: Clock, say: Callable[[str], None]
) -> None:
    """Runs until SIGINT or SIGTERM. Raises Failed or ConfigError where something embedded or a setting is wrong."""
    stop_requested = stop_on_signals()
    async with AsyncExitStack() as parts:
        broker = await parts.enter_async_context(running_broker(choice, data_dir, load_topology(), clock))
        database_url = await parts.enter_async_context(running_database(choice, data_dir))
        lock.say(
            Running(
                pid=os.getpid(),
                what="guildbus up",
                address=place.url,
                database_url=database_url,
                amqp_admin_url=broker.admin_url,
                management_url=broker.management_url,
            )
        )
        database = Database(database_url, max_size=_POOL_SIZE)
        parts.push_async_callback(database.close)
        settings = room_settings(place, choice, data_dir, broker, database_url, _WORKERS_SECONDS)
        rooms = Rooms(place, choice, data_dir, settings, broker, database, clock)
        parts.push_async_callback(rooms.close_transports)
        await _run_rooms(rooms, place, broker, database_url, database, data_dir, stop_requested, say)


async def _run_rooms(
    rooms: Rooms,
    place: Place,
    broker: Broker,
    database_url: str,
    database: Database,
    data_dir: DataDir,
    stop_requested: asyncio.Event,
    say: Callable[[str], None],
) -> None:
    supervisor = Supervisor()

    async def start(_: asyncio.Event) -> None:
        await prepare_database(database_url, database)
        await prepare_broker(broker, database)
        await ensure_script_key(database, data_dir)
        await rooms.start_transports()
        supervisor.start("workers", rooms.workers)
        supervisor.start("bot", rooms.bot)
        await wait_until_ready(place.url, also=rooms.bot_troubles)
        say(f"guildbus is ready at {place.public_url} (Ctrl-C stops it)")
        await asyncio.Event().wait()

    try:
        # First of all the address: while the rest waits for a broker or a database, /readyz says for which.
        supervisor.start("web", rooms.web)
        supervisor.start("start", start)
        await supervisor.wait(stop_requested)
    finally:
        logger.info("stopping")
        await supervisor.cancel("start")
        await supervisor.stop("bot", grace_seconds=_INTAKE_SECONDS)
        await supervisor.stop("web", grace_seconds=_WEB_SECONDS)
        await supervisor.stop("workers", grace_seconds=_WORKERS_SECONDS + 0.5)
