"""The bot process's settings, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.config import Secret, SettingsReader

__all__ = ["DISCORD_API", "Settings", "from_environ"]

DISCORD_API = "https://discord.com/api/v10"
_LEVELS = ("TRACE", "DEBUG", "INFO", "WARNING", "ERROR")
_PROFILES = ("development", "test", "production")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. `shard_id` counts from 0; only shard 0 registers the slash commands."""

    discord_token: str = field(repr=False)
    discord_api_url: str = DISCORD_API
    discord_application_id: int | None = None
    amqp_url: str = field(default="", repr=False)
    database_url: str = field(default="", repr=False)
    shard_id: int = 0
    total_shards: int = 1
    sync_commands: bool = True
    intents_privileged: bool = True
    profile: str = "development"
    log_level: str = "INFO"
    log_json: bool = False


def from_environ(environ: Mapping[str, str]) -> Settings:
    """The settings of `python -m bot`. Raises ConfigError that names everything missing or wrong."""
    reader = SettingsReader(environ)
    profile = reader.choice("PROFILE", _PROFILES, default="development")
    token = reader.secret("DISCORD_TOKEN")
    amqp = reader.secret("AMQP_URL")
    database = reader.secret("DATABASE_URL")
    settings = Settings(
        discord_token=_revealed(token),
        discord_api_url=reader.url("DISCORD_API_URL", ("http", "https"), default=DISCORD_API),
        discord_application_id=reader.optional_integer("DISCORD_APPLICATION_ID", minimum=1),
        amqp_url=_revealed(amqp),
        database_url=_revealed(database),
        shard_id=reader.integer("SHARD_ID", default=0, minimum=0),
        total_shards=reader.integer("TOTAL_SHARDS", default=1, minimum=1),
        sync_commands=reader.boolean("SYNC_COMMANDS", default=True),
        intents_privileged=reader.boolean("INTENTS_PRIVILEGED", default=True),
        profile=profile,
        log_level=reader.choice("LOG_LEVEL", _LEVELS, default="INFO"),
        log_json=reader.boolean("LOG_JSON", default=False),
    )
    if settings.shard_id >= settings.total_shards:
        reader.problem("SHARD_ID", "whole number", f"shards count from 0, so it is below {settings.total_shards}")
    if profile == "production":
        _check_production(settings, reader)
    reader.finish()
    return settings


def _revealed(secret: object) -> str:
    # A setting that is missing is a placeholder until `finish` reports it.
    return secret.reveal() if isinstance(secret, Secret) else ""


def _check_production(settings: Settings, reader: SettingsReader) -> None:
    if "/sandbox/" in settings.discord_api_url:
        reader.problem("DISCORD_API_URL", "URL", "the sandbox is not for production")
    if "guest:guest@" in settings.amqp_url:
        reader.problem("AMQP_URL", "URL", "the broker's default user is not for production; make one for the bot")
