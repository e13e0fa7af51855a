"""The `guildbus` command: `python -m scripts`, or `guildbus` where it is installed."""

from __future__ import annotations

import sys

import click

from bus.errors import AccessRefused, BrokerAddressInvalid, BusError, InvalidMessage, TopologyDrift, TopologyInvalid
from models.config import ConfigError
from models.errors import DatabaseAddressInvalid, DatabaseUnavailable, EmbeddedDatabaseFailed, ModelError
from scripts import exits
from scripts.commands.db import db
from scripts.commands.dead_letters import dead_letters
from scripts.commands.doctor import doctor
from scripts.commands.keys import keys
from scripts.commands.publish import publish
from scripts.commands.rooms import bot, web, worker
from scripts.commands.switch import switch
from scripts.commands.topology import topology
from scripts.commands.up import up
from scripts.commands.why import why
from scripts.running import DataDirTaken

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def cli() -> None:
    """Run guildbus and work on it.

    Without AMQP_URL and DATABASE_URL, commands work on the embedded platform of --data-dir.

    Exit codes: 0 done, 1 failed or something differs, 2 wrong usage or settings, 3 not reachable, 4 refused.
    """


for _command in (up, bot, web, worker, publish, dead_letters, switch, why, keys, topology, db, doctor):
    cli.add_command(_command)


def main() -> None:
    """Every error that has a meaning for people ends in one sentence and its exit code."""
    try:
        code = cli.main(prog_name="guildbus", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        code = 130
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        click.echo(f"Error: {error}", err=True)
    sys.exit(code or exits.OK)


def _exit_code(error: Exception) -> int | None:
    """The meaning of an error of the platform's own; None is a bug, and shows its traceback."""
    match error:
        case AccessRefused():
            return exits.REFUSED
        case BrokerAddressInvalid() | InvalidMessage() | TopologyInvalid():
            return exits.MISCONFIGURED
        case DatabaseAddressInvalid() | ConfigError():
            return exits.MISCONFIGURED
        case DatabaseUnavailable():
            return exits.UNREACHABLE
        case TopologyDrift() | DataDirTaken() | EmbeddedDatabaseFailed() | ModelError():
            return exits.FAILED
        case BusError():
            return exits.UNREACHABLE
    return None


if __name__ == "__main__":
    main()
