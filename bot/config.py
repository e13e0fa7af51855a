"""The bot process's settings, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models import shared_settings as shared
from models.config import Secret, SettingsReader
from models.rate_limits import rate_storage_url
from models.shared_settings import DISCORD_API, Profile

__all__ = ["Settings"]


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
    rate_storage_url: Secret = field(default_factory=lambda: Secret(""))
    profile: Profile = "development"
    log_level: str = "INFO"
    log_json: bool = False

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Raises ConfigError that lists everything that is missing, wrong, or unsafe in production."""
        read = SettingsReader(environ)
        profile = shared.profile(read)
        settings = cls(
            discord_token=read.secret("DISCORD_TOKEN"),
            discord_api_url=shared.discord_api_url(read),
            discord_application_id=read.optional_integer("DISCORD_APPLICATION_ID", minimum=1),
            amqp_url=shared.amqp_url(read),
            database_url=shared.database_url(read),
            shard_id=read.integer("SHARD_ID", default=0, minimum=0),
            total_shards=read.integer("TOTAL_SHARDS", default=1, minimum=1),
            sync_commands=read.boolean("SYNC_COMMANDS", default=True),
            intents_privileged=read.boolean("INTENTS_PRIVILEGED", default=True),
            rate_per_guild=read.integer("RATE_PER_GUILD", default=100, minimum=0),
            rate_storage_url=rate_storage_url(read),
            profile=profile,
            log_level=shared.log_level(read),
            log_json=shared.log_json(read, profile),
        )
        if settings.shard_id >= settings.total_shards:
            read.problem("SHARD_ID", "whole number", f"shards count from 0: it is below {settings.total_shards}")
        if profile == "production":
            shared.refuse_in_production(
                read,
                {
                    "AMQP_URL": settings.amqp_url.reveal(),
                    "DATABASE_URL": settings.database_url.reveal(),
                    "DISCORD_API_URL": settings.discord_api_url,
                    "DISCORD_TOKEN": settings.discord_token.reveal(),
                },
            )
        read.finish()
        return settings
