"""Make the files that docker-compose.yml mounts as secrets: `./scripts/compose-secrets [DIRECTORY]`."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import click

from bus.topology import Topology, load_topology
from scripts.definitions_file import users_only

__all__ = ["compose_secrets", "main"]

_BROKER_USERS = ("bot", "web", "worker", "operator")
# Logins of deploy/postgres/init/10-roles.sh; what each may is in models/roles.sql.
_DATABASE_ROLES = ("owner", "bot", "web", "worker", "backup")
# Only their owner knows these: they come from Discord's developer portal.
_TO_FILL_IN = ("discord_token", "discord_client_secret")


def compose_secrets(topology: Topology, passwords: Mapping[str, str]) -> dict[str, str]:
    """Every file by name, from one password for each of `rabbitmq_<user>`, `postgres…` and `session_secret`."""
    amqp = {user: passwords[f"rabbitmq_{user}"] for user in topology.users}
    logins = {role: passwords[f"postgres_{role}_password"] for role in _DATABASE_ROLES}
    return {
        "rabbitmq_definitions.json": json.dumps(users_only(topology, amqp), indent=2),
        **{
            f"amqp_{user}_url": f"amqp://{user}:{quote(amqp[user], safe='')}@rabbitmq:5672/%2F"
            for user in _BROKER_USERS
        },
        "postgres_password": passwords["postgres_password"],
        **{f"postgres_{role}_password": password for role, password in logins.items()},
        **{
            f"database_{role}_url": f"postgresql://guildbus_{role}:{quote(password, safe='')}@postgres:5432/guildbus"
            for role, password in logins.items()
            if role != "backup"  # pg_dump runs beside the server, which asks nobody for a password there
        },
        "session_secret": passwords["session_secret"],
    }


def _new_passwords(topology: Topology) -> dict[str, str]:
    names = [f"rabbitmq_{user}" for user in topology.users]
    names += [f"postgres_{role}_password" for role in _DATABASE_ROLES]
    names += ["postgres_password", "session_secret"]
    return {name: secrets.token_urlsafe(32) for name in names}


@click.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), default=Path("secrets"))
def main(directory: Path) -> None:
    """Make DIRECTORY (default: secrets/) with random passwords; refuses to overwrite what is there."""
    if any((directory / name).exists() for name in ("rabbitmq_definitions.json", "database_owner_url")):
        raise click.UsageError(f"{directory} has secrets already; the volumes know them. Move it away to begin anew.")
    topology = load_topology()
    # Containers run as users of their own, who must be able to read each file; the directory keeps everybody else out.
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    files = compose_secrets(topology, _new_passwords(topology)) | dict.fromkeys(_TO_FILL_IN, "")
    for name, text in files.items():
        path = directory / name
        if name in _TO_FILL_IN and path.exists():
            continue
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
    click.echo(f"Made {directory}. Now put the bot's token into {directory / 'discord_token'}")
    click.echo(f"and the application's client secret into {directory / 'discord_client_secret'}.")


if __name__ == "__main__":
    main()
