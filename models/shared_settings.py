"""The settings that rooms have in common, each read in one way, and what production refuses of all settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal
from urllib.parse import unquote, urlsplit

from bus.broker_address import parse_address
from bus.errors import BrokerAddressInvalid
from models.config import Secret, SettingsReader, url_kind
from models.database_url import parse_database_url
from models.errors import DatabaseAddressInvalid

__all__ = [
    "DEVELOPMENT_SESSION_SECRET",
    "DISCORD_API",
    "Profile",
    "amqp_url",
    "database_url",
    "discord_api_url",
    "log_json",
    "log_level",
    "profile",
    "refuse_in_production",
]

Profile = Literal["development", "test", "production"]

DISCORD_API = "https://discord.com/api/v10"
DEVELOPMENT_SESSION_SECRET = "development-only-session-secret!"  # noqa: S105 (refused in production)
_PROFILES: tuple[Profile, ...] = ("development", "test", "production")
_LEVELS = ("TRACE", "DEBUG", "INFO", "WARNING", "ERROR")
_AMQP, _POSTGRES = ("amqp", "amqps"), ("postgres", "postgresql")
_SHORTEST_SECRET = 32
# As in sandbox/settings.py, which imports nothing of ours and which nothing here may import.
_SANDBOX_SECRETS = frozenset(("MTEwMDAwMDAwMDAwMDAwMDAwMQ.sandbox.bot-token", "sandbox-client-secret"))


def profile(reader: SettingsReader) -> Profile:
    return reader.choice("PROFILE", _PROFILES, default="development")


def amqp_url(reader: SettingsReader) -> Secret:
    """The broker's URL with its password."""
    return reader.read("AMQP_URL", url_kind(_AMQP), _checked(parse_address), placeholder=Secret(""))


def database_url(reader: SettingsReader) -> Secret:
    """PostgreSQL's URL with its password."""
    return reader.read("DATABASE_URL", url_kind(_POSTGRES), _checked(parse_database_url), placeholder=Secret(""))


def discord_api_url(reader: SettingsReader) -> str:
    return reader.url("DISCORD_API_URL", ("https", "http"), default=DISCORD_API).rstrip("/")


def log_level(reader: SettingsReader) -> str:
    return reader.choice("LOG_LEVEL", _LEVELS, default="INFO")


def log_json(reader: SettingsReader, profile: Profile) -> bool:
    """One JSON object a line, which is what production's logs are collected as."""
    return reader.boolean("LOG_JSON", default=profile == "production")


def refuse_in_production(reader: SettingsReader, values: Mapping[str, str]) -> None:
    """Adds a problem for each value, by the variable's name, that is fine on one's own machine only.

    What is missing, and therefore empty here, is a problem already.
    """
    for variable, value in values.items():
        for is_unsafe, why in _UNSAFE.get(variable, ()):
            if value and is_unsafe(value):
                reader.problem(variable, "in production", why)


def _checked(parse: Callable[[str], object]) -> Callable[[str], Secret]:
    """A URL that holds a password: what is wrong with it is told by who will use it, without the password."""

    def read(raw: str) -> Secret:
        try:
            parse(raw)
        except (BrokerAddressInvalid, DatabaseAddressInvalid) as error:
            raise ValueError(str(error)) from None
        return Secret(raw)

    return read


def _is_plain(url: str) -> bool:
    return urlsplit(url).scheme != "https"


def _is_discord_in_plain(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return _is_plain(url) and (host == "discord.com" or host.endswith(".discord.com"))


def _is_sandbox(url: str) -> bool:
    return "sandbox" in urlsplit(url).path.split("/")


def _is_guest(url: str) -> bool:
    """RabbitMQ's well-known account, which is also who a URL without a user means."""
    return unquote(urlsplit(url).username or "guest") == "guest"


def _is_superuser(url: str) -> bool:
    return bool(parse_database_url(url)["user"] == "postgres")


def _has_its_name_as_password(url: str) -> bool:
    parts = urlsplit(url)
    return parts.password is not None and parts.password == parts.username


def _is_guessable(secret: str) -> bool:
    return secret == DEVELOPMENT_SESSION_SECRET or len(secret) < _SHORTEST_SECRET or len(set(secret)) < 8


_GUESSED = (_has_its_name_as_password, "it needs a password of its own, not the user's name")
_PUBLIC = (_SANDBOX_SECRETS.__contains__, "this is the sandbox's, which everybody knows")
_SANDBOX = (_is_sandbox, "it is the sandbox, where anybody may be anybody")

_UNSAFE: Mapping[str, Sequence[tuple[Callable[[str], bool], str]]] = {
    "PUBLIC_URL": ((_is_plain, "it needs https://, else anybody on the way reads the cookies"),),
    "SESSION_SECRET": ((_is_guessable, f"it needs {_SHORTEST_SECRET} random characters or more"),),
    "AMQP_URL": ((_is_guest, "it must not be the broker's guest account: use a user of topology.yaml"), _GUESSED),
    "DATABASE_URL": (
        (_is_superuser, "it must not be the superuser postgres, who may rewrite the audit trail"),
        _GUESSED,
    ),
    "DISCORD_API_URL": (_SANDBOX, (_is_discord_in_plain, "it needs https://, else the bot's token can be read")),
    "DISCORD_AUTHORIZE_URL": (_SANDBOX, (_is_plain, "it needs https://: people log in there")),
    "DISCORD_TOKEN": (_PUBLIC,),
    "DISCORD_CLIENT_SECRET": (_PUBLIC,),
    "TRUSTED_PROXIES": (
        (lambda proxies: "*" in proxies, "name the proxies: with * anybody says what address they come from"),
    ),
}
