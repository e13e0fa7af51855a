"""Which parts are embedded and which are real: decided from the settings, before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scripts.environment import read_setting
from scripts.exits import Misconfigured
from scripts.shown import shown_address

__all__ = ["Choice", "choose"]


@dataclass(frozen=True, slots=True)
class Choice:
    """`None` is embedded; a URL or a token is the real thing."""

    database_url: str | None
    broker: Literal["memory", "node", "real"]
    amqp_url: str | None
    discord: Literal["sandbox", "real"]

    @property
    def is_local(self) -> bool:
        """Whether nothing that could be down is needed before the rooms begin."""
        return self.database_url is None and self.broker == "memory"

    def embedded(self) -> tuple[str, ...]:
        """The parts that are not the real ones, in words."""
        parts = {
            "database": self.database_url is None,
            "broker": self.broker != "real",
            "Discord": self.discord != "real",
        }
        return tuple(name for name, is_embedded in parts.items() if is_embedded)

    def lines(self) -> list[str]:
        """What is embedded and what is real, for people, without passwords."""
        where = {
            "memory": "in this process; queued commands survive a restart through the database",
            "node": "a private RabbitMQ node in the data directory",
            "real": f"RabbitMQ at {shown_address(self.amqp_url or '')}",
        }
        database = "a private PostgreSQL in the data directory"
        if self.database_url is not None:
            database = f"PostgreSQL at {shown_address(self.database_url)}"
        return [
            f"database  {_word(self.database_url is not None)}  {database}",
            f"broker    {_word(self.broker == 'real')}  {where[self.broker]}",
            f"Discord   {_word(self.discord == 'real')}  "
            + ("Discord, or what DISCORD_API_URL names" if self.discord == "real" else "the sandbox, at /sandbox/"),
        ]


def choose(environ: Mapping[str, str], *, rabbitmq: bool) -> Choice:
    """Raises Misconfigured for settings that contradict each other."""
    database_url = read_setting(environ, "DATABASE_URL")
    amqp_url = read_setting(environ, "AMQP_URL")
    token = read_setting(environ, "DISCORD_TOKEN")
    if rabbitmq and amqp_url:
        raise Misconfigured("--rabbitmq starts a node of its own, and AMQP_URL names another broker: use one of them.")
    if read_setting(environ, "DISCORD_API_URL") and not token:
        raise Misconfigured(
            "DISCORD_API_URL is set but DISCORD_TOKEN is not: set the bot's token for that address too."
        )
    if token and environ.get("PROFILE") == "production" and not database_url:
        raise Misconfigured("PROFILE=production needs a DATABASE_URL: the embedded database is for trying things out.")
    return Choice(
        database_url=database_url,
        broker="real" if amqp_url else "node" if rabbitmq else "memory",
        amqp_url=amqp_url,
        discord="real" if token else "sandbox",
    )


def _word(real: bool) -> str:
    return "real    " if real else "embedded"
