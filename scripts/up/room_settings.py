"""Each room's own settings object, from the environment and from what the platform embeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

import bot.config
import web.config
import workers.config
from models.config import ConfigError, Problem
from sandbox.settings import API_PREFIX, SandboxSettings
from scripts.data_dir import DataDir
from scripts.up.broker import Broker
from scripts.up.choice import Choice
from scripts.up.place import Place

__all__ = ["RoomSettings", "room_environ", "room_settings"]

# No room connects by itself here: each is given its transport. The settings insist on an address all the same.
_IN_MEMORY = "amqp://embedded@localhost/memory"
# What the sandbox takes webhooks at, and shows as effects: `/webhook call` can be tried without any setting.
_WEBHOOK_SINK = "/sandbox/webhook-sink/"
_SESSION_SECRET = "session-secret"  # noqa: S105 (the name of a file)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RoomSettings:
    bot: bot.config.Settings
    web: web.config.Settings
    workers: workers.config.Settings


def room_settings(
    place: Place, choice: Choice, data_dir: DataDir, broker: Broker, database_url: str, grace_seconds: float
) -> RoomSettings:
    """Raises ConfigError that lists what is missing or wrong in any of the rooms."""
    environ = room_environ(place, choice, broker, database_url, session_secret=data_dir.secret(_SESSION_SECRET))
    problems: dict[str, Problem] = {}

    def read(from_environ: Callable[[Mapping[str, str]], T]) -> T | None:
        try:
            return from_environ(environ)
        except ConfigError as error:
            problems.update({str(problem): problem for problem in error.problems})
            return None

    of_bot, of_web, of_workers = (
        read(bot.config.Settings.from_environ),
        read(web.config.Settings.from_environ),
        read(workers.config.Settings.from_environ),
    )
    if of_bot is None or of_web is None or of_workers is None:
        raise ConfigError(tuple(problems.values()))
    return RoomSettings(
        bot=of_bot,
        web=replace(of_web, embedded=choice.embedded()),
        workers=replace(of_workers, grace_seconds=grace_seconds),
    )


def room_environ(
    place: Place, choice: Choice, broker: Broker, database_url: str, *, session_secret: str
) -> Mapping[str, str]:
    """What people set, and for every embedded part what its rooms need to know of it."""
    listening = urlsplit(place.url)
    given = {
        "HOST": listening.hostname or "127.0.0.1",
        "PORT": str(listening.port),
        "PUBLIC_URL": place.public_url,
        "DATABASE_URL": database_url,
        "AMQP_URL": broker.admin_url or _IN_MEMORY,
    }
    if broker.management_url:
        given["AMQP_MANAGEMENT_URL"] = broker.management_url
    if choice.discord == "sandbox":
        sandbox = SandboxSettings()
        given |= {
            "DISCORD_TOKEN": sandbox.bot_token,
            "DISCORD_API_URL": place.url + API_PREFIX,
            "DISCORD_APPLICATION_ID": str(sandbox.application_id),
            "DISCORD_CLIENT_SECRET": sandbox.client_secret,
        }
    environ = {name: value for name, value in place.environ.items() if name.removesuffix("_FILE") not in given}
    if not (environ.get("SESSION_SECRET") or environ.get("SESSION_SECRET_FILE")):
        given["SESSION_SECRET"] = session_secret
    if choice.discord == "sandbox" and not (environ.get("WEBHOOK_ALLOW") or environ.get("WEBHOOK_ALLOW_FILE")):
        given["WEBHOOK_ALLOW"] = place.url + _WEBHOOK_SINK
    return environ | given
