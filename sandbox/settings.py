"""Everything about the sandbox that can be set, with defaults that work without a Discord application."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["API_PREFIX", "GATEWAY_PATH", "PREFIX", "SandboxSettings"]

PREFIX = "/sandbox"
API_PREFIX = f"{PREFIX}/discord/api/v10"
GATEWAY_PATH = f"{PREFIX}/gateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """The application as Discord would know it. The secrets are public: they open nothing but this stand-in."""

    application_id: int = 1_100_000_000_000_000_001
    """Also the id of the bot user, as for every application made since 2016."""
    application_name: str = "guildbus"
    bot_token: str = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.sandbox.bot-token"  # noqa: S105 (public by design)
    client_secret: str = "sandbox-client-secret"  # noqa: S105 (public by design)
    public_key: str = "5a" * 32
    """Ed25519 key in hex. Interactions travel over the gateway, so nothing is ever signed with it."""
    redirect_uris: tuple[str, ...] = ()
    """Exact matches. Empty: any address on the host the sandbox is served from."""

    heartbeat_interval_ms: int = 41_250
    refused_intents: int = 0
    """Privileged intents (a bit field) that are treated as not granted: identify closes with 4014."""
    max_shards: int = 16
    send_queue: int = 2_000
    """Frames that may wait for one gateway client before it is dropped as too slow."""
    replay_buffer: int = 2_000
    """Dispatches kept per session for a resume."""
    session_keep_seconds: float = 180.0

    interaction_deadline_seconds: float = 3.0
    interaction_token_seconds: float = 900.0
    nonce_window_seconds: float = 180.0

    global_per_second: int = 50
    """Requests per second and bot, as https://discord.com/developers/docs/topics/rate-limits#global-rate-limit."""
    bucket_limits: dict[str, tuple[int, float]] = field(default_factory=dict)
    """Overrides: "METHOD /template" -> (requests, seconds)."""
    enforce_limits: bool = True

    messages_kept: int = 200
    audit_kept: int = 50_000
    effects_kept: int = 50_000
    daily_command_creates: int = 200
