"""`guildbus bot | web | worker`: one room as a process, as `python -m bot`, `-m web` and `-m workers` are."""

from __future__ import annotations

import os
import sys

import click

__all__ = ["bot", "web", "worker"]


def _become(module: str) -> None:
    """The room's own `__main__` wires it: this process becomes that one, signals and exit code included."""
    os.execv(sys.executable, [sys.executable, "-m", module])  # noqa: S606 (no shell: our own interpreter)


@click.command()
def bot() -> None:
    """Run the bot: AMQP_URL, DATABASE_URL and DISCORD_TOKEN are needed (.env.example)."""
    _become("bot")


@click.command()
def web() -> None:
    """Run the dashboard and the API: AMQP_URL, DATABASE_URL, PUBLIC_URL and SESSION_SECRET are needed."""
    _become("web")


@click.command()
def worker() -> None:
    """Run a worker: AMQP_URL, DATABASE_URL and DISCORD_TOKEN are needed."""
    _become("workers")
