"""`guildbus dead-letters`: what could not be done, and what to do about it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import click

from bus import codec
from models import dead_letters as stored
from models.database import Database
from models.dead_letters import DeadLetter
from scripts.direct_dead_letters import discard_directly, replay_directly
from scripts.environment import read_setting
from scripts.exits import Failed
from scripts.output import json_option, show_json, show_record, show_rows
from scripts.platform_api import PlatformApi
from scripts.reach import data_dir_option, on_database

__all__ = ["dead_letters"]

State = Literal["open", "replayed", "discarded"]


@click.group("dead-letters")
def dead_letters() -> None:
    """List and show dead letters from the database; replay and discard them through the platform.

    With AMQP_URL (the broker's user `script`) and DATABASE_URL replaying needs no running platform of this machine.
    """


@dead_letters.command("list")
@click.option("--state", type=click.Choice(["open", "replayed", "discarded"]), default="open", show_default=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@data_dir_option
@json_option
def list_(state: State, limit: int, data_dir: Path, as_json: bool) -> None:
    """Newest first."""

    async def read(database: Database) -> list[DeadLetter]:
        return list((await stored.list_letters(database.client, state=state, limit=limit)).items)

    letters = on_database(data_dir, "guildbus dead-letters list", read)
    columns = ("id", "first_at", "type", "code", "reason", "guild_id")
    rows = [codec.to_builtins(letter) if as_json else _fields(letter) for letter in letters]
    show_rows(rows, columns, as_json=as_json, empty=f"No dead letter is {state}.")


@dead_letters.command()
@click.argument("id_", metavar="ID", type=click.UUID)
@data_dir_option
@json_option
def show(id_: UUID, data_dir: Path, as_json: bool) -> None:
    """Everything about one."""
    letter = on_database(data_dir, "guildbus dead-letters show", lambda database: stored.find(database, id_))
    if letter is None:
        raise Failed(f"There is no dead letter {id_}.")
    show_record(codec.to_builtins(letter) if as_json else _fields(letter), as_json=as_json)


@dead_letters.command()
@click.argument("id_", metavar="ID", type=click.UUID)
@data_dir_option
@json_option
def replay(id_: UUID, data_dir: Path, as_json: bool) -> None:
    """Issue it again, as a new command of yours that names the old one as its cause."""
    if real := _direct():
        command_id = on_database(data_dir, "guildbus", lambda database: replay_directly(database, id_, amqp_url=real))
        answer: dict[str, Any] = {"id": str(command_id)}
    else:
        with PlatformApi(data_dir) as api:
            answer = api.post(f"/dead-letters/{id_}/replay")
    if as_json:
        show_json(answer)
    else:
        click.echo(f"Replayed as command {answer['id']}.")


@dead_letters.command()
@click.argument("id_", metavar="ID", type=click.UUID)
@data_dir_option
@json_option
def discard(id_: UUID, data_dir: Path, as_json: bool) -> None:
    """Put it away; it stays on record."""
    if _direct():
        letter = on_database(data_dir, "guildbus", lambda database: discard_directly(database, id_))
        answer = codec.to_builtins(letter)
    else:
        with PlatformApi(data_dir) as api:
            answer = api.post(f"/dead-letters/{id_}/discard")
    if as_json:
        show_json(answer)
    else:
        click.echo(f"{id_} is discarded.")


def _direct() -> str | None:
    """The broker's URL where both broker and database are named."""
    return read_setting(os.environ, "AMQP_URL") if read_setting(os.environ, "DATABASE_URL") else None


def _fields(letter: DeadLetter) -> dict[str, Any]:
    return {name: getattr(letter, name) for name in letter.__struct_fields__}
