"""`guildbus keys`: API keys for scripts and services."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from bus.ids import Snowflake
from models import api_keys
from models.api_keys import SCOPES
from models.config import Secret
from models.database import Database
from models.key_records import ApiKey
from scripts.exits import Failed, Misconfigured
from scripts.output import json_option, show_json, show_rows
from scripts.reach import data_dir_option, on_database

__all__ = ["keys"]


@click.group()
def keys() -> None:
    """Make, list and revoke API keys. Only a key's hash is kept."""


@keys.command()
@click.option("--name", required=True, help="What it is for; the audit trail shows it.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="May be repeated.")
@click.option("--guild", "guilds", multiple=True, help="A guild's id, may be repeated; without it every guild.")
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it expires; without it never.")
@click.option("--script", is_flag=True, help="A script's key: it may also issue commands for the whole platform.")
@data_dir_option
@json_option
def create(
    name: str,
    scopes: tuple[str, ...],
    guilds: tuple[str, ...],
    days: int | None,
    script: bool,
    data_dir: Path,
    as_json: bool,
) -> None:
    """Make a key and print it: this is the only time that it is shown."""
    guild_ids = _snowflakes(guilds)
    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)

    async def make(database: Database) -> tuple[ApiKey, Secret]:
        return await api_keys.create(
            database,
            name=name,
            kind="script" if script else "api",
            scopes=scopes,
            guild_ids=guild_ids or None,
            expires_at=expires_at,
            created_by=getpass.getuser(),
        )

    key, text = on_database(data_dir, "guildbus keys create", make)
    if as_json:
        show_json({**_row(key), "key": text.reveal()})
    else:
        click.echo(text.reveal())
        click.echo("Keep it now: it is not shown again.", err=True)


@keys.command("list")
@data_dir_option
@json_option
def list_(data_dir: Path, as_json: bool) -> None:
    """Show every key, newest first, with its last use."""
    found = on_database(data_dir, "guildbus keys list", api_keys.list_keys)
    columns = ("id", "name", "kind", "state", "scopes", "guild_ids", "last_used_at", "expires_at")
    show_rows([_row(key) for key in found], columns, as_json=as_json, empty="There are no keys.")


@keys.command()
@click.argument("id_", metavar="ID", type=click.UUID)
@data_dir_option
@json_option
def revoke(id_: UUID, data_dir: Path, as_json: bool) -> None:
    """End a key now."""
    ended = on_database(
        data_dir, "guildbus keys revoke", lambda database: api_keys.revoke(database, id_, by=getpass.getuser())
    )
    if not ended:
        raise Failed(f"There is no key {id_} that could be revoked; see `guildbus keys list`.")
    if as_json:
        show_json({"id": id_, "revoked": True})
    else:
        click.echo(f"{id_} is revoked.")


def _row(key: ApiKey) -> dict[str, Any]:
    """All but the hash, which the row does not even hold."""
    row = {name: getattr(key, name) for name in ApiKey.__dataclass_fields__}
    return row | {"id": str(key.id), "state": _state(key, datetime.now(UTC))}


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= now else "valid"


def _snowflakes(texts: Sequence[str]) -> list[Snowflake]:
    try:
        return [Snowflake(text) for text in texts]
    except ValueError as error:
        raise Misconfigured(f"--guild: {error}.") from error
