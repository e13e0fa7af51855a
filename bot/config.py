"""The bot process's settings, read once from the environment."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["DISCORD_API", "Settings"]

DISCORD_API = "https://discord.com/api/v10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set."""

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
