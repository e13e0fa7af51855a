"""The bot process's settings, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.config import Secret, SettingsReader

__all__ = ["DISCORD_API", "Settings"]

DISCORD_API = "https://discord.com/api/v10"
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_PROFILES: tuple[Literal["development", "test", "production"], ...] = ("development", "test", "production")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. `shard_id` counts from 0; only shard 0 registers the slash commands."""

    discord_token: Secret
    discord_api_url: str = DISCORD_API
    discord_application_id: int | None = None
    amqp_url: Secret = field(default_factory=lambda: Secret(""))
    database_url: Secret = field(default_factory=lambda: Secret(""))
    shard_id: int = 0
    total_shards: int = 1
    sync_commands: bool = True
    intents_privileged: bool = True
    rate_per_guild: int = 100
    rate_storage_url: str = field(default="", repr=False)
    profile: Literal["development", "test", "production"] = "development"
    log_level: str = "INFO"
    log_json: bool = False

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Raises ConfigError that lists everything that is missing or wrong."""
        read = SettingsReader(environ)
        amqp = read.url("AMQP_URL", ("amqp", "amqps"))
        settings = cls(
            discord_token=read.secret("DISCORD_TOKEN"),
            discord_api_url=read.url("DISCORD_API_URL", ("https", "http"), default=DISCORD_API),
            discord_application_id=read.optional_integer("DISCORD_APPLICATION_ID", minimum=1),
            amqp_url=Secret(amqp),
            database_url=Secret(read.url("DATABASE_URL", ("postgres", "postgresql"))),
            shard_id=read.integer("SHARD_ID", default=0, minimum=0),
            total_shards=read.integer("TOTAL_SHARDS", default=1, minimum=1),
            sync_commands=read.boolean("SYNC_COMMANDS", default=True),
            intents_privileged=read.boolean("INTENTS_PRIVILEGED", default=True),
            rate_per_guild=read.integer("RATE_PER_GUILD", default=100, minimum=0),
            rate_storage_url=read.url("RATE_STORAGE_URL", ("redis", "rediss"), default=""),
            profile=read.choice("PROFILE", _PROFILES, default="development"),
            log_level=read.choice("LOG_LEVEL", _LEVELS, default="INFO"),
            log_json=read.boolean("LOG_JSON", default=False),
        )
        read.finish()
        if settings.shard_id >= settings.total_shards:
            read.problem("SHARD_ID", "whole number", f"shards count from 0: it is below {settings.total_shards}")
        if settings.profile == "production":
            if "://guest:guest@" in amqp:
                read.problem("AMQP_URL", "URL", "production refuses the broker's guest account")
            if "/sandbox/" in settings.discord_api_url:
                read.problem("DISCORD_API_URL", "URL", "production refuses the sandbox")
        read.finish()
        return settings
