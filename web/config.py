"""The web process's settings, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from urllib.parse import urlsplit

from bus.ids import Snowflake
from models import shared_settings as shared
from models.config import Secret, SettingsReader
from models.rate_limits import rate_storage_url
from models.shared_settings import DEVELOPMENT_SESSION_SECRET, DISCORD_API, Profile

__all__ = ["Settings", "authorize_url_of", "cdn_url_of"]

_HTTP = ("https", "http")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. Times are seconds, sizes bytes. Built by `from_environ`, or by a test."""

    public_url: str
    session_secret: bytes = field(repr=False)
    discord_application_id: int
    discord_client_secret: str = field(repr=False)
    discord_api_url: str = DISCORD_API
    discord_authorize_url: str = ""
    discord_cdn_url: str = ""
    amqp_url: str = field(default="", repr=False)
    database_url: str = field(default="", repr=False)
    profile: Profile = "development"
    host: str = "127.0.0.1"
    port: int = 8080
    log_level: str = "INFO"
    log_json: bool = False
    operators: frozenset[int] = frozenset()
    """Discord ids of the people who run the platform: they see every guild and make keys for all of them."""
    amqp_management_url: str = field(default="", repr=False)
    """RabbitMQ's management, which may be asked with an account in it; empty where there is none."""
    amqp_management_api_url: str = field(default="", repr=False)
    """The same as this process reaches it, where that is another address than operators'."""
    embedded: tuple[str, ...] = ()
    """Parts that run inside this process, shown to people so that nobody takes them for the real ones."""

    rate_storage_url: str = field(default="", repr=False)
    """Redis, where several processes count together; empty: each counts for itself."""
    rate_per_address: int = 3000
    """Requests a minute, as the two below; 0 is no limit, here and in all of them."""
    rate_per_session: int = 600
    rate_per_key: int = 600
    rate_of_logins: int = 30
    """Logins, and wrong API keys, a minute from one address."""
    rate_per_guild: int = 100
    """Commands a minute that the people of one server start; a bulk counts once."""
    cors_origins: tuple[str, ...] = ()
    """Other sites whose pages may use the API with a key; never with the cookie of a session."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of proxies whose X-Forwarded-For and -Proto are believed."""

    heartbeat_seconds: float = 30.0
    recheck_seconds: float = 30.0
    own_guilds_seconds: float = 20.0
    """How long a person's own list of guilds is believed; with `recheck_seconds` it stays under a minute."""
    ring_seconds: float = 3600.0
    ring_bytes: int = 64 * 1024 * 1024
    stream_queue: int = 1000
    """Frames that may wait for one session before it is closed as too slow."""
    streams_per_principal: int = 20
    catch_up_seconds: float = 5.0
    """How long a session waits that has seen more than this process."""
    stream_check_seconds: float = 5.0
    publish_seconds: float = 5.0
    request_seconds: float = 30.0
    grace_seconds: float = 4.0
    max_body_bytes: int = 1024 * 1024
    login_seconds: float = 600.0
    session_idle_seconds: float = 7 * 86_400.0
    session_seconds: float = 30 * 86_400.0

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Raises ConfigError with everything that is missing, wrong, or unsafe in production."""
        reader = SettingsReader(environ)
        profile = shared.profile(reader)
        host = reader.text("HOST", default="127.0.0.1")
        port = reader.integer("PORT", default=8080, minimum=1, maximum=65535)
        secret = reader.secret("SESSION_SECRET", default=Secret(DEVELOPMENT_SESSION_SECRET)).reveal()
        settings = cls(
            public_url=reader.url("PUBLIC_URL", _HTTP, default=f"http://{_shown_host(host)}:{port}").rstrip("/"),
            session_secret=secret.encode(),
            discord_application_id=reader.integer("DISCORD_APPLICATION_ID", minimum=1),
            discord_client_secret=reader.secret("DISCORD_CLIENT_SECRET").reveal(),
            discord_api_url=shared.discord_api_url(reader),
            discord_authorize_url=reader.url("DISCORD_AUTHORIZE_URL", _HTTP, default=""),
            discord_cdn_url=reader.url("DISCORD_CDN_URL", _HTTP, default="").rstrip("/"),
            amqp_url=shared.amqp_url(reader).reveal(),
            database_url=shared.database_url(reader).reveal(),
            operators=_ids(reader, "OPERATORS"),
            amqp_management_url=reader.url("AMQP_MANAGEMENT_URL", _HTTP, default="").rstrip("/"),
            amqp_management_api_url=reader.url("AMQP_MANAGEMENT_API_URL", _HTTP, default="").rstrip("/"),
            rate_storage_url=rate_storage_url(reader).reveal(),
            rate_per_address=reader.integer("RATE_PER_ADDRESS", default=3000, minimum=0),
            rate_per_session=reader.integer("RATE_PER_SESSION", default=600, minimum=0),
            rate_per_key=reader.integer("RATE_PER_KEY", default=600, minimum=0),
            rate_of_logins=reader.integer("RATE_OF_LOGINS", default=30, minimum=0),
            rate_per_guild=reader.integer("RATE_PER_GUILD", default=100, minimum=0),
            cors_origins=_origins(reader, "CORS_ORIGINS"),
            trusted_proxies=_proxies(reader, "TRUSTED_PROXIES"),
            profile=profile,
            host=host,
            port=port,
            log_level=shared.log_level(reader),
            log_json=shared.log_json(reader, profile),
        )
        if profile == "production":
            shared.refuse_in_production(
                reader,
                {
                    "PUBLIC_URL": settings.public_url,
                    "SESSION_SECRET": secret,
                    "AMQP_URL": settings.amqp_url,
                    "DATABASE_URL": settings.database_url,
                    "DISCORD_API_URL": settings.discord_api_url,
                    "DISCORD_AUTHORIZE_URL": settings.discord_authorize_url,
                    "DISCORD_CLIENT_SECRET": settings.discord_client_secret,
                    "TRUSTED_PROXIES": ",".join(settings.trusted_proxies),
                },
            )
        reader.finish()
        return settings

    @property
    def origin(self) -> str:
        """Scheme, host and port of the public address, as browsers write it in `Origin`."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def management_link(self) -> str:
        """For operators' browsers: an account in the address is for this process alone."""
        parts = urlsplit(self.amqp_management_url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    @property
    def management_api_url(self) -> str:
        return self.amqp_management_api_url or self.amqp_management_url

    @property
    def https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def session_cookie(self) -> str:
        return "__Host-guildbus" if self.https else "guildbus"

    @property
    def login_cookie(self) -> str:
        return "__Host-guildbus-login" if self.https else "guildbus-login"

    @property
    def broker_address(self) -> str:
        """Host and port of the broker, without user and password."""
        parts = urlsplit(self.amqp_url)
        return f"{parts.hostname}:{parts.port or 5672}" if parts.hostname else "this process"

    @property
    def authorize_url(self) -> str:
        return self.discord_authorize_url or authorize_url_of(self.discord_api_url)

    @property
    def cdn_url(self) -> str:
        return self.discord_cdn_url or cdn_url_of(self.discord_api_url)

    @property
    def image_sources(self) -> tuple[str, ...]:
        """Origins of icons and avatars besides our own, for the content security policy."""
        parts = urlsplit(self.cdn_url)
        origin = f"{parts.scheme}://{parts.netloc}"
        return () if origin == self.origin else (origin,)


def _ids(reader: SettingsReader, name: str) -> frozenset[int]:
    found = set()
    for word in reader.words(name, default=()):
        try:
            found.add(int(Snowflake(word)))
        except ValueError:
            reader.problem(name, "Discord ids separated by commas", f"{word[:40]!r} is no Discord id")
    return frozenset(found)


def _origins(reader: SettingsReader, name: str) -> tuple[str, ...]:
    words = reader.words(name, default=())
    for word in words:
        parts = urlsplit(word)
        if parts.scheme not in _HTTP or not parts.netloc or word != f"{parts.scheme}://{parts.netloc}":
            reader.problem(name, "origins separated by commas", f"{word[:60]!r} is no origin such as https://my.site")
    return words


def _proxies(reader: SettingsReader, name: str) -> tuple[str, ...]:
    words = reader.words(name, default=())
    for word in words:
        try:
            if word != "*":
                ip_network(word)
        except ValueError:
            reader.problem(name, "addresses separated by commas", f"{word[:60]!r} is no address such as 10.0.0.0/24")
    return words


def _shown_host(host: str) -> str:
    return "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104 (compared, not bound)


def _is_discord(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "discord.com" or host.endswith(".discord.com")


def authorize_url_of(api_url: str) -> str:
    """Where people log in: Discord's own page, or the sandbox's beside its API."""
    return (
        "https://discord.com/oauth2/authorize"
        if _is_discord(api_url)
        else _beside(api_url, "/sandbox/oauth2/authorize")
    )


def cdn_url_of(api_url: str) -> str:
    """Where icons and avatars are, by the same rule."""
    if _is_discord(api_url):
        return "https://cdn.discordapp.com"
    return _beside(api_url, "/sandbox/cdn")


def _beside(url: str, path: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{path}"
