"""`guildbus topology`: what the broker has and what topology.yaml says."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import click

from bus import topology_apply
from bus.topology import Topology, load_topology
from bus.topology_apply import Change
from models import streams
from models.database import Database
from scripts.data_dir import DataDir
from scripts.definitions_file import everything, users_only
from scripts.environment import read_setting
from scripts.exits import FAILED, Misconfigured
from scripts.output import json_option, show_json
from scripts.reach import BrokerAdmin, broker_admin, data_dir_option, on_database
from scripts.running import read_running

__all__ = ["topology"]

_IN_MEMORY = (
    "The embedded broker lives in the platform's memory and is made from topology.yaml each time: nothing to do."
)

_file = click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another topology.yaml than the one beside the packages.",
)


@click.group()
def topology() -> None:
    """Compare the broker with topology.yaml, and bring it there.

    Works on AMQP_URL (a user who may see and declare everything; AMQP_MANAGEMENT_URL shows bindings too), else on the
    RabbitMQ node of a running `guildbus up --rabbitmq`.
    """


@topology.command()
@data_dir_option
@_file
@json_option
def plan(data_dir: Path, path: Path | None, as_json: bool) -> None:
    """Show what differs. Exits 0, whatever it finds."""
    broker = broker_admin(data_dir)
    changes = _plan(broker, load_topology(path))
    _show(broker, changes, as_json=as_json, nothing="The broker has everything that topology.yaml says.")


@topology.command()
@data_dir_option
@_file
@json_option
def verify(data_dir: Path, path: Path | None, as_json: bool) -> None:
    """As plan, but exits 1 where the broker differs."""
    broker = broker_admin(data_dir)
    changes = _plan(broker, load_topology(path))
    _show(broker, changes, as_json=as_json, nothing="The broker has everything that topology.yaml says.")
    if any(change.kind != "unverified" for change in changes):
        raise SystemExit(FAILED)


@topology.command()
@data_dir_option
@_file
@json_option
def apply(data_dir: Path, path: Path | None, as_json: bool) -> None:
    """Create and bind what is missing; nothing is deleted or changed. Exits 1 where something still differs.

    A stream that was made anew gets a new epoch in the database, so that nobody goes on at an old offset.
    """
    broker = broker_admin(data_dir)
    wanted = load_topology(path)
    if broker is None:
        _show(None, [], as_json=as_json, nothing="")
        return
    applied = asyncio.run(topology_apply.apply(broker.amqp_url, wanted))
    _show(broker, list(applied.changes), as_json=as_json, nothing="Nothing was missing.")
    _note_new_streams(data_dir, applied.streams_created)
    if any(change.kind == "differs" for change in applied.changes):
        raise SystemExit(FAILED)


@topology.command()
@_file
@click.option(
    "--passwords",
    "passwords_dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A directory with one file a user, named as the user; without it there are no users in the output.",
)
@click.option("--users-only", "only_users", is_flag=True, help="Leave exchanges and queues to `topology apply`.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of standard output.")
def definitions(path: Path | None, passwords_dir: Path | None, only_users: bool, output: Path | None) -> None:
    """Print RabbitMQ's definitions file, with hashed passwords."""
    wanted = load_topology(path)
    passwords = _read_passwords(wanted, passwords_dir) if passwords_dir else {}
    text = json.dumps((users_only if only_users else everything)(wanted, passwords), indent=2) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text)


def _plan(broker: BrokerAdmin | None, wanted: Topology) -> list[Change]:
    if broker is None:
        return []
    return asyncio.run(topology_apply.plan(broker.amqp_url, wanted, management_url=broker.management_url))


def _show(broker: BrokerAdmin | None, changes: list[Change], *, as_json: bool, nothing: str) -> None:
    if as_json:
        rows = [{"kind": c.kind, "object": c.object, "name": c.name, "detail": c.detail} for c in changes]
        show_json({"broker": broker.shown if broker else "memory", "changes": rows})
    elif broker is None:
        click.echo(_IN_MEMORY)
    else:
        click.echo("\n".join(map(str, changes)) or nothing)


def _note_new_streams(data_dir: Path, created: frozenset[str]) -> None:
    async def renew(database: Database) -> None:
        for name in created:
            await streams.renew(database, name)

    if not created:
        return
    if read_setting(os.environ, "DATABASE_URL") is None and read_running(DataDir(data_dir).lock_file) is None:
        click.echo("Without DATABASE_URL nobody learns that the stream is new; restart the platform.", err=True)
        return
    on_database(data_dir, "guildbus topology apply", renew)


def _read_passwords(wanted: Topology, directory: Path) -> dict[str, str]:
    passwords = {user: directory / user for user in wanted.users}
    if missing := [user for user, file in passwords.items() if not file.is_file()]:
        raise Misconfigured(f"{directory} has no password for {', '.join(missing)}; make one file a user.")
    return {user: file.read_text().strip() for user, file in passwords.items()}
