"""`guildbus why`: check by check, why somebody can or cannot use a command somewhere."""

from __future__ import annotations

from pathlib import Path

import click

from scripts.exits import FAILED
from scripts.output import json_option, show_json, show_rows
from scripts.platform_api import PlatformApi
from scripts.reach import data_dir_option

__all__ = ["why"]


@click.command()
@click.argument("command_type", metavar="COMMAND")
@click.argument("member")
@click.option("--guild", required=True, help="The server's id.")
@click.option("--channel", help="Where it would be typed; without it, from the dashboard.")
@click.option("--target", help="The member or role that it would be about.")
@data_dir_option
@json_option
def why(
    command_type: str, member: str, guild: str, channel: str | None, target: str | None, data_dir: Path, as_json: bool
) -> None:
    """Why MEMBER (an id) can or cannot use COMMAND; exits 1 where they cannot. Nothing is done."""
    asked = {"command": command_type, "member": member, "channel": channel, "target": target}
    query = {name: value for name, value in asked.items() if value is not None}
    with PlatformApi(data_dir) as platform:
        answer = platform.get(f"/guilds/{guild}/checks", **query)
    if as_json:
        show_json(answer)
    else:
        show_rows(answer["checks"], ("state", "title", "message", "fix"), as_json=False, empty="")
    if not answer["allowed"]:
        raise SystemExit(FAILED)
