"""`guildbus db`: the database's tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from bus.clock import SystemClock
from models import migrate
from models.database import Database
from models.retention import drop_partitions, months_before
from scripts.exits import FAILED
from scripts.output import json_option, show_json
from scripts.reach import CONNECT_SECONDS, data_dir_option, on_database, on_database_url
from scripts.seed import seed_demo

__all__ = ["db"]


@click.group()
def db() -> None:
    """Migrate, fill and prune the database.

    Works on DATABASE_URL (for upgrade, downgrade and prune a user who owns the tables), else on the embedded database,
    which is started for the command where the platform does not run.
    """


@db.command()
@data_dir_option
@json_option
def upgrade(data_dir: Path, as_json: bool) -> None:
    """Apply the migrations that are pending, and make room for the months ahead."""
    applied = on_database_url(data_dir, "guildbus db upgrade", migrate.upgrade)
    if as_json:
        show_json({"applied": applied})
    else:
        click.echo("\n".join(f"applied {name}" for name in applied) or "Nothing was pending.")


@db.command()
@click.argument("to", type=click.IntRange(min=-1))
@click.option("--yes", is_flag=True, help="Do not ask: the data of what is taken back is lost.")
@data_dir_option
@json_option
def downgrade(to: int, yes: bool, data_dir: Path, as_json: bool) -> None:
    """Take back the migrations after number TO; `-- -1` takes back all."""
    if not yes:
        click.confirm("The data of what is taken back is lost. Go on?", abort=True, err=True)
    taken = on_database_url(data_dir, "guildbus db downgrade", lambda url: migrate.downgrade(url, to))
    if as_json:
        show_json({"taken_back": taken})
    else:
        click.echo("\n".join(f"took back {name}" for name in taken) or "Nothing was to be taken back.")


@db.command()
@click.argument("months", type=click.IntRange(min=2, max=1200))
@click.option("--yes", is_flag=True, help="Do not ask: what is dropped is lost.")
@data_dir_option
@json_option
def prune(months: int, yes: bool, data_dir: Path, as_json: bool) -> None:
    """Drop old commands and the audit trail: whole months, all but this one and the MONTHS before it."""
    before = months_before(SystemClock().now(), months)
    if not yes:
        click.confirm(f"Commands and audit trail from before {before:%Y-%m-%d} are lost. Go on?", abort=True, err=True)
    dropped = on_database_url(data_dir, "guildbus db prune", lambda url: _drop(url, before))
    if as_json:
        show_json({"before": before.isoformat(), "dropped": dropped})
    else:
        click.echo("\n".join(f"dropped {name}" for name in dropped) or "Nothing is that old.")


async def _drop(url: str, before: datetime) -> list[str]:
    """As the URL's own user: no process's role may make history go away."""
    database = Database(url, role=None, max_size=1)
    await database.connect(give_up_after_seconds=CONNECT_SECONDS)
    try:
        return await drop_partitions(database, before)
    finally:
        await database.close()


@db.command()
@data_dir_option
@json_option
def status(data_dir: Path, as_json: bool) -> None:
    """Show which migrations are applied and pending. Exits 1 where one is pending."""
    found = on_database_url(data_dir, "guildbus db status", migrate.status)
    if as_json:
        show_json({"applied": found.applied, "pending": found.pending})
    else:
        for name in found.applied:
            click.echo(f"applied  {name}")
        for name in found.pending:
            click.echo(f"pending  {name}")
    if found.pending:
        raise SystemExit(FAILED)


@db.command()
@data_dir_option
@json_option
def seed(data_dir: Path, as_json: bool) -> None:
    """Fill the sandbox's guilds with something to look at. Doing it twice changes nothing."""
    made = on_database(data_dir, "guildbus db seed", seed_demo)
    if as_json:
        show_json(made)
    else:
        click.echo(", ".join(f"{count} {what}" for what, count in made.items()) + " added.")
