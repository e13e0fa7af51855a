"""The all-in-one process: parts start, rooms run until told to stop, then everything stops in the right order."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from loguru import logger

from bus.clock import Clock
from bus.topology import load_topology
from models.database import Database
from scripts.data_dir import DataDir
from scripts.running import DataDirLock, Running
from scripts.up.broker import node_secret
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
_INTAKE_SECONDS = 0.7
_WEB_SECONDS = 1.0
_WORKERS_SECONDS = 1.0

Say = Callable[[str], None]


async def run_platform(
    place: Place, choice: Choice, data_dir: DataDir, lock: DataDirLock, clock: Clock, say: Say
) -> None:
    """Runs until SIGINT or SIGTERM. Raises Failed or ConfigError where something embedded or a setting is wrong."""
    stop_requested = stop_on_signals()
    async with AsyncExitStack() as parts:
        broker = await parts.enter_async_context(running_broker(choice, data_dir, load_topology(), clock))
        database_url = await parts.enter_async_context(running_database(choice, data_dir))
        settings = room_settings(place, choice, data_dir, broker, database_url, _WORKERS_SECONDS)
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
        rooms = Rooms(place, choice, data_dir, settings, broker, database, clock)
        parts.push_async_callback(rooms.close)

        async def prepare() -> None:
            await prepare_database(database_url, database)
            await ensure_script_key(database, data_dir)
            await prepare_broker(broker, database)
            await rooms.start_transports()
            await rooms.publish_what_was_lost()

        async def announce() -> None:
            await wait_until_ready(place.url, also=rooms.bot_troubles)
            await rooms.wait_for_the_guilds()
            if broker.management_url:
                password_file = data_dir.secret_file(node_secret("operator"))
                say(f"RabbitMQ's management UI is at {broker.management_url} (operator, password in {password_file})")
            say(f"guildbus is ready at {place.public_url} (Ctrl-C stops it)")

        await _run_rooms(rooms, prepare, announce, stop_requested, nothing_to_wait_for=choice.is_local)


async def _run_rooms(
    rooms: Rooms,
    prepare: Callable[[], Awaitable[None]],
    announce: Callable[[], Awaitable[None]],
    stop_requested: asyncio.Event,
    *,
    nothing_to_wait_for: bool,
) -> None:
    supervisor = Supervisor()

    async def start(_: asyncio.Event) -> None:
        if not nothing_to_wait_for:
            await prepare()
        supervisor.start("workers", rooms.workers)
        supervisor.start("bot", rooms.bot)
        await announce()
        await asyncio.Event().wait()

    if nothing_to_wait_for:
        await prepare()
    try:
        # Otherwise the address comes first: while a broker or a database is down, /readyz says which.
        supervisor.start("web", rooms.web)
        supervisor.start("start", start)
        await supervisor.wait(stop_requested)
    finally:
        logger.info("stopping")
        await supervisor.cancel("start")
        await supervisor.stop("bot", grace_seconds=_INTAKE_SECONDS)
        await supervisor.stop("web", grace_seconds=_WEB_SECONDS)
        await supervisor.stop("workers", grace_seconds=_WORKERS_SECONDS + 0.5)
