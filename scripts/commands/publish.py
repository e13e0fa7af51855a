"""`guildbus publish`: one command, as a script."""

from __future__ import annotations

import asyncio
import getpass
import os
import time
from pathlib import Path
from typing import Any

import click

from bus import codec
from bus.clock import SystemClock
from bus.ids import Snowflake
from models.catalogue import Catalogue, load_catalogue
from models.ledger import Ledger
from models.outcome import FINAL_STATES
from scripts.direct import build_command, publish_directly, script_transport
from scripts.environment import read_setting
from scripts.exits import FAILED, OK, REFUSED, Failed, Misconfigured
from scripts.option_values import parse_options
from scripts.output import json_option, show_json
from scripts.platform_api import PlatformApi
from scripts.reach import data_dir_option, on_database

__all__ = ["publish"]

_POLL_SECONDS = 0.2


@click.command()
@click.argument("type_", metavar="TYPE")
@click.argument("options", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--guild", "guild", help="The guild's id; without it the command is for the whole platform.")
@click.option("--dry-run", is_flag=True, help="Go the whole way, but leave out the effect.")
@click.option("--wait", is_flag=True, help="Wait for the end; exits 0 only where it succeeded.")
@click.option("--timeout", default=60.0, show_default=True, help="Seconds that --wait waits.")
@data_dir_option
@json_option
def publish(
    type_: str,
    options: tuple[str, ...],
    guild: str | None,
    dry_run: bool,
    wait: bool,
    timeout: float,
    data_dir: Path,
    as_json: bool,
) -> None:
    """Publish a command, for example: guildbus publish moderation.warn member=… reason="…" --guild …

    With AMQP_URL (the broker's user `script`) and DATABASE_URL it is published directly, else through the platform
    that runs on --data-dir.
    """
    catalogue = load_catalogue()
    wanted = parse_options(options, catalogue.by_type.get(type_))
    guild_id = _guild(guild)
    amqp_url, database_url = (read_setting(os.environ, name) for name in ("AMQP_URL", "DATABASE_URL"))
    if amqp_url and database_url:
        asyncio_wait = timeout if wait else None
        shown = _directly(catalogue, type_, wanted, guild_id, dry_run, data_dir, amqp_url, asyncio_wait)
    else:
        shown = _through_platform(type_, wanted, guild_id, dry_run, data_dir, timeout if wait else None)
    _show(shown, as_json=as_json, waited=wait)


def _through_platform(
    type_: str,
    options: dict[str, Any],
    guild_id: Snowflake | None,
    dry_run: bool,
    data_dir: Path,
    wait_seconds: float | None,
) -> dict[str, Any]:
    with PlatformApi(data_dir) as api:
        id = api.issue(type_, options, guild_id=guild_id, dry_run=dry_run)
        if wait_seconds is None:
            return {"state": "queued", "id": id}
        seen = api.wait(id, guild_id=guild_id, seconds=wait_seconds)
        if seen["state"] not in FINAL_STATES:
            raise Failed(_not_ended(id, seen["state"], wait_seconds))
        return dict(seen)


def _directly(
    catalogue: Catalogue,
    type_: str,
    options: dict[str, Any],
    guild_id: Snowflake | None,
    dry_run: bool,
    data_dir: Path,
    amqp_url: str,
    wait_seconds: float | None,
) -> dict[str, Any]:
    command = build_command(
        catalogue, type_, options, guild_id=guild_id, dry_run=dry_run, clock=SystemClock(), who=getpass.getuser()
    )

    async def work(database: Any) -> dict[str, Any]:
        ledger = Ledger(database)
        async with script_transport(amqp_url) as transport:
            await publish_directly(command, ledger=ledger, transport=transport)
        if wait_seconds is None:
            return {"state": "queued", "id": str(command.id)}
        deadline = time.monotonic() + wait_seconds
        while True:
            record = await ledger.get(command.id)
            if record is not None and record.state in FINAL_STATES:
                shown: dict[str, Any] = codec.to_builtins(record)
                return shown
            if time.monotonic() > deadline:
                state = record.state if record is not None else "unknown"
                raise Failed(_not_ended(str(command.id), state, wait_seconds))
            await asyncio.sleep(_POLL_SECONDS)

    return on_database(data_dir, "guildbus publish", work)


def _not_ended(id: str, state: str, seconds: float) -> str:
    then = "somebody else has to approve it" if state == "awaiting_approval" else "it goes on by itself"
    return f"{id} is {state} after {seconds:.0f} s; {then}."


def _show(seen: dict[str, Any], *, as_json: bool, waited: bool) -> None:
    state, outcome = seen["state"], seen.get("outcome") or {}
    if as_json:
        show_json(seen)
    else:
        click.echo(f"{seen['id']} {state}{': ' + outcome['message'] if outcome.get('message') else ''}")
    if waited:
        code = OK if state == "succeeded" else REFUSED if state == "refused" else FAILED
        raise SystemExit(code)


def _guild(text: str | None) -> Snowflake | None:
    try:
        return None if text is None else Snowflake(text)
    except ValueError as error:
        raise Misconfigured(f"--guild: {error}.") from error
