"""The settings that a guild can change, with what each may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bus.errors import InvalidMessage
from bus.ids import Snowflake

__all__ = ["GUILD_SETTINGS", "GuildSetting", "parse_setting"]


@dataclass(frozen=True, slots=True)
class GuildSetting:
    """One setting: `parse` turns a text into its JSON value and raises ValueError with the reason."""

    key: str
    description: str
    default: str | bool | None
    parse: Callable[[str], str | bool | None]


def _snowflake_or_none(text: str) -> str | None:
    return str(int(Snowflake(text))) if text else None


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false", "on", "off", "yes", "no"):
        raise ValueError("it is on or off")
    return text.lower() in ("true", "on", "yes")


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("it is the name of a time zone, such as Europe/Lisbon") from error
    return text


def _plain(text: str) -> str:
    return text


GUILD_SETTINGS: Mapping[str, GuildSetting] = MappingProxyType(
    {
        setting.key: setting
        for setting in (
            GuildSetting("announcement_channel", "Where broadcasts are posted", None, _snowflake_or_none),
            GuildSetting("log_channel", "Where moderation is logged", None, _snowflake_or_none),
            GuildSetting("private_replies", "Answer slash commands privately", False, _boolean),
            GuildSetting("timezone", "The server's time zone", "UTC", _timezone),
            GuildSetting("welcome_text", "What new members are told", "", _plain),
        )
    }
)


def parse_setting(key: str, text: str) -> str | bool | None:
    """The JSON value of a setting. Raises InvalidMessage that names the setting and what it may hold."""
    setting = GUILD_SETTINGS.get(key)
    if setting is None:
        raise InvalidMessage(f"there is no setting {key!r}; known are {', '.join(GUILD_SETTINGS)}")
    try:
        return setting.parse(text)
    except ValueError as error:
        raise InvalidMessage(f"setting {key!r} cannot be {text[:60]!r}: {error}") from error
