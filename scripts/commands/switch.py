"""`guildbus switch`: stop a command, a guild or the whole platform from running anything."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from bus.envelopes import Actor
from bus.ids import Snowflake
from models import control
from models.audit_notes import Change
from models.catalogue import load_catalogue
from models.control import Scope, Switch
from models.database import Database
from models.switching import flip
from scripts.exits import Misconfigured
from scripts.output import json_option, show_json, show_rows
from scripts.reach import data_dir_option, on_database

__all__ = ["scope_of", "switch"]

_command_option = click.option("--command", "command_type", help="A command's type, such as moderation.ban.")
_guild_option = click.option("--guild", help="A guild's id.")


@click.group()
def switch() -> None:
    """Kill switches: what is off is refused, in words, everywhere within seconds; nothing that waits is lost."""


@switch.command("off")
@_command_option
@_guild_option
@click.option("--platform", is_flag=True, help="Everything.")
@click.option("--reason", default="", help="What people are told.")
@data_dir_option
@json_option
def off(
    command_type: str | None, guild: str | None, platform: bool, reason: str, data_dir: Path, as_json: bool
) -> None:
    """Switch off a command, a guild, a command in a guild, or with --platform everything."""
    _set(command_type, guild, platform, reason, data_dir, off=True, as_json=as_json)


@switch.command("on")
@_command_option
@_guild_option
@click.option("--platform", is_flag=True, help="Everything.")
@data_dir_option
@json_option
def on(command_type: str | None, guild: str | None, platform: bool, data_dir: Path, as_json: bool) -> None:
    """Switch on again what was switched off with the same options."""
    _set(command_type, guild, platform, "", data_dir, off=False, as_json=as_json)


@switch.command("list")
@data_dir_option
@json_option
def list_(data_dir: Path, as_json: bool) -> None:
    """Show what is off."""
    found = on_database(data_dir, "guildbus switch list", control.switches)
    rows = [_row(one) for one in found.off.values()]
    show_rows(rows, ("scope", "guild_id", "command_type", "reason", "by"), as_json=as_json, empty="Nothing is off.")


def scope_of(command_type: str | None, guild_id: int, *, platform: bool) -> Scope:
    """Raises Misconfigured for options that name nothing, or too much."""
    if platform and (command_type or guild_id):
        raise Misconfigured("--platform is everything: leave out --command and --guild.")
    if command_type and guild_id:
        return "guild_command"
    if command_type:
        return "command"
    if guild_id:
        return "guild"
    if platform:
        return "platform"
    raise Misconfigured("Name a --command, a --guild, both, or --platform.")


def _set(
    command_type: str | None,
    guild: str | None,
    platform: bool,
    reason: str,
    data_dir: Path,
    *,
    off: bool,
    as_json: bool,
) -> None:
    try:
        guild_id = Snowflake(guild) if guild else 0
    except ValueError as error:
        raise Misconfigured(f"--guild: {error}.") from error
    known = load_catalogue().by_type
    if command_type is not None and command_type not in known:
        raise Misconfigured(f"There is no command {command_type!r}; known are {', '.join(sorted(known))}.")
    scope = scope_of(command_type, guild_id, platform=platform)
    wanted = Switch(scope, guild_id, command_type or "", reason, getpass.getuser())

    async def store(database: Database) -> int:
        actor = Actor("script", "guildbus switch", wanted.by)
        async with database.transaction() as connection:
            return await flip(connection, wanted, Change(actor, "script", datetime.now(UTC)), off=off)

    version = on_database(data_dir, "guildbus switch", store)
    if as_json:
        show_json({"off": off, "version": version, **_row(wanted)})
    else:
        what = " ".join(part for part in (scope.replace("_", " "), command_type, guild) if part)
        click.echo(f"{what} is {'off' if off else 'on'}; processes obey within 5 s.")


def _row(one: Switch) -> dict[str, object]:
    return asdict(one) | {"guild_id": str(one.guild_id) if one.guild_id else None}
