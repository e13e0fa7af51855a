"""`guildbus doctor`: what is reachable, what is wrong, what to do."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from bus.topology import default_topology_path, load_topology
from models.errors import EmbeddedDatabaseFailed
from scripts.data_dir import DataDir
from scripts.doctor.configuration import check_settings
from scripts.doctor.finding import Finding
from scripts.doctor.machine import check_data_dir, check_packages, check_port, check_python, check_rabbitmq_server
from scripts.doctor.services import check_broker, check_database, check_discord, check_platform
from scripts.environment import read_setting
from scripts.exits import FAILED
from scripts.output import json_option, show_json
from scripts.reach import broker_admin, data_dir_option, database_url
from scripts.running import read_running
from scripts.settings_catalogue import ROOMS

__all__ = ["doctor"]

_DISCORD_API = "https://discord.com/api/v10"
_SIGNS = {"ok": "ok     ", "wrong": "WRONG  ", "skipped": "–      "}


@click.command()
@data_dir_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option("--room", type=click.Choice(list(ROOMS)), help="Read the settings as this room's own process does.")
@json_option
def doctor(data_dir: Path, host: str, port: int, room: str | None, as_json: bool) -> None:
    """Look at everything the platform needs. Exits 1 where something is wrong.

    Settings are looked at as `guildbus up` takes them, which embeds what is not set; a room that runs by itself needs
    more: --room tells what it lacks.
    """
    findings = asyncio.run(_look(DataDir(data_dir), host, port, room))
    if as_json:
        show_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{_SIGNS[finding.verdict]}{finding.check}: {finding.detail}")
            if finding.verdict == "wrong" and finding.advice:
                click.echo(f"       {finding.advice}")
        counts = Counter(finding.verdict for finding in findings)
        click.echo(f"{counts['ok']} ok, {counts['wrong']} wrong, {counts['skipped']} not looked at.")
    if any(finding.verdict == "wrong" for finding in findings):
        raise SystemExit(FAILED)


async def _look(data_dir: DataDir, host: str, port: int, room: str | None) -> list[Finding]:
    settings = check_settings(os.environ, room)
    if any(finding.verdict == "wrong" for finding in settings):
        # What is reached with wrong settings tells nothing.
        return settings
    running = read_running(data_dir.lock_file)
    requirements = default_topology_path().parent / "requirements" / "runtime.txt"
    amqp_url = read_setting(os.environ, "AMQP_URL")
    api_url = read_setting(os.environ, "DISCORD_API_URL") or _DISCORD_API
    return [
        *settings,
        check_python(),
        check_packages(requirements),
        check_rabbitmq_server(needed=False),
        check_data_dir(data_dir),
        check_port(host, port, data_dir),
        *await check_broker(broker_admin(data_dir.path), load_topology()),
        *await _database(data_dir),
        await check_discord(api_url, read_setting(os.environ, "DISCORD_TOKEN")),
        await check_platform(running.address if running is not None and amqp_url is None else ""),
    ]


async def _database(data_dir: DataDir) -> list[Finding]:
    if read_setting(os.environ, "DATABASE_URL") is None and not data_dir.path.is_dir():
        return [Finding("database", "skipped", "embedded; the first `guildbus up` makes it")]
    try:
        async with database_url(data_dir.path, what="guildbus doctor") as url:
            return await check_database(url)
    except EmbeddedDatabaseFailed as error:
        return [Finding("database", "wrong", str(error), "See the end of its log above.")]
