"""A worker process's settings, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.config import Secret, SettingsReader

__all__ = ["DISCORD_API", "Settings"]

DISCORD_API = "https://discord.com/api/v10"
_PROFILES: tuple[Literal["development", "test", "production"], ...] = ("development", "test", "production")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. `webhook_allow` are the addresses below which `webhooks.call` may POST."""

    amqp_url: Secret = field(default_factory=lambda: Secret(""))
    database_url: Secret = field(default_factory=lambda: Secret(""))
    discord_token: Secret = field(default_factory=lambda: Secret(""))
    discord_api_url: str = DISCORD_API
    lanes: tuple[str, ...] = ("interactive", "bulk")
    concurrency: int = 64
    webhook_allow: tuple[str, ...] = ()
    grace_seconds: float = 4.0
    profile: Literal["development", "test", "production"] = "development"
    log_level: str = "INFO"
    log_json: bool = False

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Raises ConfigError that lists everything that is missing or wrong."""
        read = SettingsReader(environ)
        amqp = Secret(read.url("AMQP_URL", ("amqp", "amqps")))
        settings = cls(
            amqp_url=amqp,
            database_url=Secret(read.url("DATABASE_URL", ("postgres", "postgresql"))),
            discord_token=read.secret("DISCORD_TOKEN"),
            discord_api_url=read.url("DISCORD_API_URL", ("https", "http"), default=DISCORD_API),
            lanes=read.words("WORKER_LANES", default=("interactive", "bulk")),
            concurrency=read.integer("WORKER_CONCURRENCY", default=64, minimum=1, maximum=1000),
            webhook_allow=read.words("WEBHOOK_ALLOW", default=()),
            grace_seconds=read.seconds("WORKER_GRACE_SECONDS", default=4.0, minimum=0.0),
            profile=read.choice("PROFILE", _PROFILES, default="development"),
            log_level=read.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO"),
            log_json=read.boolean("LOG_JSON", default=False),
        )
        unknown = set(settings.lanes) - {"interactive", "bulk"}
        if unknown:
            read.problem("WORKER_LANES", "interactive, bulk or both", f"{', '.join(sorted(unknown))} is no lane")
        if settings.profile == "production":
            if "://guest:guest@" in (amqp.reveal() or ""):
                read.problem("AMQP_URL", "URL", "production refuses the broker's guest account")
            if "/sandbox/" in settings.discord_api_url:
                read.problem("DISCORD_API_URL", "URL", "production refuses the sandbox")
        read.finish()
        return settings
