"""The settings that a guild can change, by key, with what each may hold. Pure.

There are those of the server (`timezone`), and six for each command (`commands.moderation.ban.enabled`), seven for
what is destructive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from bus.errors import InvalidMessage
from models.catalogue import Catalogue
from models.command_rules import EVERYTHING_ALLOWED, key_of
from models.setting_kinds import (
    ALLOWANCE,
    CHANNEL,
    COOLDOWN,
    ON_OFF,
    ON_OFF_OR_UNSET,
    ROLES,
    TEXT,
    TIME_ZONE,
    SettingKind,
)
from models.spec import CommandSpec

__all__ = ["SERVER_SETTINGS", "GuildSetting", "check_changes", "find_setting", "read_setting", "settings_of"]

_MOST_CHANGES = 500


@dataclass(frozen=True, slots=True)
class GuildSetting:
    """One setting. `default` is what holds where nothing is stored; `command` is the type of the command it is for."""

    key: str
    description: str
    default: Any
    kind: SettingKind
    command: str | None = None

    def stored(self, value: Any) -> Any:
        """The value as it is kept; None for the default. Raises InvalidMessage that names the setting."""
        if value is None:
            return None
        try:
            checked = self.kind.check(value)
        except (InvalidMessage, ValueError) as error:
            raise InvalidMessage(f"setting {self.key!r} cannot be {str(value)[:60]!r}: {error}") from error
        return None if checked == self.default else checked


SERVER_SETTINGS: Mapping[str, GuildSetting] = MappingProxyType(
    {
        setting.key: setting
        for setting in (
            GuildSetting("announcement_channel", "Where broadcasts are posted", None, CHANNEL),
            GuildSetting("log_channel", "Where moderation is logged", None, CHANNEL),
            GuildSetting("moderator_roles", "Roles whose members are moderators on the dashboard", [], ROLES),
            GuildSetting("private_replies", "Answer slash commands privately", False, ON_OFF),
            GuildSetting("timezone", "The server's time zone", "UTC", TIME_ZONE),
            GuildSetting("welcome_text", "What new members are told", "", TEXT),
        )
    }
)


@cache
def settings_of(catalogue: Catalogue) -> Mapping[str, GuildSetting]:
    """Every setting by its key: the server's, then each command's. Commands that are always possible have none."""
    of_commands = [setting for spec in catalogue.by_type.values() for setting in _settings_of_command(spec)]
    return MappingProxyType({**SERVER_SETTINGS, **{setting.key: setting for setting in of_commands}})


def find_setting(key: str, catalogue: Catalogue) -> GuildSetting:
    """Raises InvalidMessage that says which there are, or that a command can't be restricted."""
    setting = settings_of(catalogue).get(key)
    if setting is not None:
        return setting
    for type_, spec in catalogue.by_type.items():
        if spec.always_possible and key.startswith(key_of(type_, "")):
            raise InvalidMessage(f"{type_} cannot be restricted: with it, everything else can be permitted again")
    raise InvalidMessage(
        f"there is no setting {key[:100]!r}; known are {', '.join(SERVER_SETTINGS)}, and for each command "
        f"{key_of('<command>', 'enabled')}, user_cooldown, guild_cooldown, roles, channels and private_reply; "
        "for destructive ones approval too"
    )


def read_setting(key: str, text: str, catalogue: Catalogue) -> Any:
    """The value to store from what a person typed. Raises InvalidMessage that says what the setting may hold."""
    setting = find_setting(key, catalogue)
    try:
        value = setting.kind.read(text)
    except ValueError as error:
        raise InvalidMessage(f"setting {key!r} cannot be {text[:60]!r}: {error}") from error
    return setting.stored(value)


def check_changes(changes: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """JSON values by key as they are kept, None for what goes back to its default.

    Raises InvalidMessage that names the first setting that is unknown or cannot hold its value.
    """
    if not changes:
        raise InvalidMessage("there is nothing to change")
    if len(changes) > _MOST_CHANGES:
        raise InvalidMessage(f"{len(changes)} changes are too many at once; {_MOST_CHANGES} are allowed")
    return {key: find_setting(key, catalogue).stored(value) for key, value in changes.items()}


def _settings_of_command(spec: type[CommandSpec]) -> Iterator[GuildSetting]:
    if spec.always_possible:
        return
    declared = {"seconds": spec.cooldown_seconds, "uses": 1} if spec.cooldown_seconds else None
    everything = EVERYTHING_ALLOWED.as_json()
    for field, description, default, kind in (
        ("enabled", "Whether it can be used at all", True, ON_OFF),
        ("user_cooldown", "How often one person may use it", declared, COOLDOWN),
        ("guild_cooldown", "How often all together may use it", None, COOLDOWN),
        ("roles", "Whose members may use it", everything, ALLOWANCE),
        ("channels", "In which channels it may be used", everything, ALLOWANCE),
        ("private_reply", "Whether only the asker sees the answer", None, ON_OFF_OR_UNSET),
    ):
        yield GuildSetting(key_of(spec.type, field), f"{spec.type}: {description}", default, kind, spec.type)
    if spec.destructive:
        words = f"{spec.type}: Whether a second person must approve it first"
        yield GuildSetting(key_of(spec.type, "approval"), words, False, ON_OFF, spec.type)
