"""Each room's own settings object, from the environment and from what the platform embeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import bot.config
import web.config
import workers.config
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


@dataclass(frozen=True, slots=True)
class RoomSettings:
    bot: bot.config.Settings
    web: web.config.Settings
    workers: workers.config.Settings


def room_settings(
    place: Place, choice: Choice, data_dir: DataDir, broker: Broker, database_url: str, grace_seconds: float
) -> RoomSettings:
    """Raises ConfigError that lists what is missing or wrong."""
    environ = room_environ(place, choice, broker, database_url, session_secret=data_dir.secret(_SESSION_SECRET))
    return RoomSettings(
        bot=bot.config.Settings.from_environ(environ),
        web=replace(web.config.Settings.from_environ(environ), embedded=choice.embedded()),
        workers=replace(workers.config.Settings.from_environ(environ), grace_seconds=grace_seconds),
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
