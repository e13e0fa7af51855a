"""What a command works on: the settings' broker and database, else the embedded platform of the data directory."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from models.database import Database
from models.embedded import EmbeddedPostgres
from scripts.data_dir import DEFAULT_DATA_DIR, DataDir
from scripts.environment import read_setting
from scripts.exits import Misconfigured
from scripts.running import DataDirLock, Running, read_running
from scripts.shown import shown_address

__all__ = [
    "CONNECT_SECONDS",
    "BrokerAdmin",
    "broker_admin",
    "data_dir_option",
    "database_url",
    "on_database",
    "on_database_url",
]

_WAIT_FOR_OTHER_COMMAND_SECONDS = 20.0
CONNECT_SECONDS = 10.0

T = TypeVar("T")

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_DATA_DIR,
    show_default=True,
    help="The embedded platform's directory.",
)


@dataclass(frozen=True, slots=True)
class BrokerAdmin:
    """A broker and a user who may declare. `shown` has no password."""

    amqp_url: str
    management_url: str | None
    shown: str


def broker_admin(data_dir: Path) -> BrokerAdmin | None:
    """AMQP_URL's broker, or the running platform's node; None where the platform's broker is in memory."""
    if url := read_setting(os.environ, "AMQP_URL"):
        return BrokerAdmin(url, read_setting(os.environ, "AMQP_MANAGEMENT_URL"), shown_address(url))
    running = read_running(DataDir(data_dir).lock_file)
    if running is not None and running.amqp_admin_url:
        return BrokerAdmin(
            running.amqp_admin_url, running.management_url or None, shown_address(running.amqp_admin_url)
        )
    return None


@asynccontextmanager
async def database_url(data_dir: Path, *, what: str) -> AsyncIterator[str]:
    """DATABASE_URL, the running platform's database, or the embedded one: started for this command and stopped after.

    Raises Misconfigured where there is no embedded platform yet, DataDirTaken where another command works on it.
    The URL is the owner's where the platform is embedded.
    """
    if url := read_setting(os.environ, "DATABASE_URL"):
        yield url
        return
    directory = DataDir(data_dir)
    running = read_running(directory.lock_file)
    if running is not None and running.database_url:
        yield running.database_url
        return
    if not directory.path.is_dir():
        raise Misconfigured(
            f"There is no platform in {data_dir}: start one with `guildbus up`, name another --data-dir, "
            "or set DATABASE_URL."
        )
    lock = DataDirLock(directory.lock_file)
    lock.acquire(Running(pid=os.getpid(), what=what), wait_seconds=_WAIT_FOR_OTHER_COMMAND_SECONDS)
    try:
        embedded = EmbeddedPostgres(directory.path)
        try:
            yield await embedded.start()
        finally:
            await embedded.stop()
    finally:
        lock.release()


def on_database_url(data_dir: Path, what: str, work: Callable[[str], Coroutine[Any, Any, T]]) -> T:
    """Run `work` with the URL: for what opens connections of its own."""

    async def run() -> T:
        async with database_url(data_dir, what=what) as url:
            return await work(url)

    return asyncio.run(run())


def on_database(data_dir: Path, what: str, work: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    """Run `work` with a connected Database. Raises DatabaseUnavailable when it does not answer."""

    async def run() -> T:
        async with database_url(data_dir, what=what) as url:
            database = Database(url, max_size=2)
            await database.connect(give_up_after_seconds=CONNECT_SECONDS)
            try:
                return await work(database)
            finally:
                await database.close()

    return asyncio.run(run())
