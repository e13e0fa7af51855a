"""A worker process's settings, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from models import shared_settings as shared
from models.config import Secret, SettingsReader
from models.shared_settings import DISCORD_API, Profile

__all__ = ["Settings"]

_LANES = ("interactive", "bulk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. `webhook_allow` are the addresses below which `webhooks.call` may POST."""

    amqp_url: Secret = field(default_factory=lambda: Secret(""))
    database_url: Secret = field(default_factory=lambda: Secret(""))
    discord_token: Secret = field(default_factory=lambda: Secret(""))
    discord_api_url: str = DISCORD_API
    lanes: tuple[str, ...] = _LANES
    concurrency: int = 64
    webhook_allow: tuple[str, ...] = ()
    grace_seconds: float = 4.0
    profile: Profile = "development"
    log_level: str = "INFO"
    log_json: bool = False

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Raises ConfigError that lists everything that is missing, wrong, or unsafe in production."""
        read = SettingsReader(environ)
        profile = shared.profile(read)
        settings = cls(
            amqp_url=shared.amqp_url(read),
            database_url=shared.database_url(read),
            discord_token=read.secret("DISCORD_TOKEN"),
            discord_api_url=shared.discord_api_url(read),
            lanes=read.words("WORKER_LANES", default=_LANES),
            concurrency=read.integer("WORKER_CONCURRENCY", default=64, minimum=1, maximum=1000),
            webhook_allow=_addresses(read, "WEBHOOK_ALLOW"),
            grace_seconds=read.seconds("WORKER_GRACE_SECONDS", default=4.0, minimum=0.0),
            profile=profile,
            log_level=shared.log_level(read),
            log_json=shared.log_json(read, profile),
        )
        unknown = set(settings.lanes) - set(_LANES)
        if unknown:
            read.problem("WORKER_LANES", "interactive, bulk or both", f"{', '.join(sorted(unknown))} is no lane")
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


def _addresses(read: SettingsReader, name: str) -> tuple[str, ...]:
    words = read.words(name, default=())
    for word in words:
        parts = urlsplit(word)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            example = "such as https://hooks.example/guildbus/"
            read.problem(name, "addresses separated by commas", f"{word[:60]!r} is no address {example}")
    return words
