"""`guildbus up`: everything in one process."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

import click
from loguru import logger

from bus.clock import SystemClock
from bus.logs import configure
from models.config import SettingsReader
from models.shared_settings import log_level
from scripts.data_dir import DataDir
from scripts.environment import read_setting
from scripts.exits import Failed
from scripts.logs import log_to_file
from scripts.reach import data_dir_option
from scripts.running import DataDirLock, DataDirTaken, Running
from scripts.up.choice import choose
from scripts.up.listener import bind, is_loopback, local_url
from scripts.up.place import Place

__all__ = ["up"]

_WAIT_FOR_COMMANDS_SECONDS = 10.0


@click.command()
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets other machines in.")
@data_dir_option
@click.option("--rabbitmq", is_flag=True, help="A private RabbitMQ node with its management UI, from the package.")
def up(port: int, host: str, data_dir: Path, rabbitmq: bool) -> None:
    """Run web, bot and workers in one process, with everything embedded that no setting names.

    DATABASE_URL, AMQP_URL and DISCORD_TOKEN each switch one part to the real thing; .env.example has all settings.
    """
    # What a slow disk or import costs is part of the start that people wait for.
    from scripts.up.platform import run_platform

    choice = choose(os.environ, rabbitmq=rabbitmq)
    directory = DataDir(data_dir.absolute())
    directory.create()
    lock = DataDirLock(directory.lock_file)
    try:
        lock.acquire(Running(pid=os.getpid(), what="guildbus up"), wait_seconds=_WAIT_FOR_COMMANDS_SECONDS)
    except DataDirTaken as error:
        raise Failed(f"{str(error)[0].upper()}{str(error)[1:]}. Stop it first, or name another --data-dir.") from error
    with bind(host, port) as listener:
        # A wrong level is told with all that is wrong, when the rooms read their settings.
        configure(log_level(SettingsReader(os.environ)), json=False)
        # Its "Application startup complete" comes long before the platform is ready.
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        log_to_file(directory.log_file)
        url = local_url(listener)
        place = Place(listener, url, read_setting(os.environ, "PUBLIC_URL") or url, dict(os.environ))
        for line in choice.lines():
            click.echo(line)
        if not is_loopback(listener) and choice.discord == "sandbox":
            logger.warning("other machines can reach the sandbox, where anybody logs in as anybody")
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(run_platform(place, choice, directory, lock, SystemClock(), click.echo))
    lock.release()
    click.echo("Stopped.")


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop
