"""Every setting that a room reads, found by letting each room read its settings and noting what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import bot.config
import web.config
import workers.config
from models import config
from models.config import ConfigError, Secret, SettingsReader

__all__ = ["ROOMS", "Setting", "settings_of", "settings_of_rooms"]

ROOMS: Mapping[str, Callable[[Mapping[str, str]], object]] = {
    "bot": bot.config.Settings.from_environ,
    "web": web.config.Settings.from_environ,
    "workers": workers.config.Settings.from_environ,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable. `default` is None where it must be set; "" where it may be left out and nothing stands in."""

    name: str
    kind: str
    default: str | None
    rooms: tuple[str, ...]


def settings_of(room: str) -> dict[str, Setting]:
    """The settings of one room by name, in the order in which it reads them."""
    found: dict[str, Setting] = {}
    # What must be set is missing, and was asked for all the same.
    with _noting(found, room), suppress(ConfigError):
        ROOMS[room]({})
    return found


def settings_of_rooms() -> dict[str, Setting]:
    """The settings of all rooms by name, each with the rooms that read it."""
    merged: dict[str, Setting] = {}
    for room in ROOMS:
        for name, setting in settings_of(room).items():
            known = merged.get(name)
            if known is not None:
                default = known.default if known.default == setting.default else known.default or setting.default
                setting = Setting(name, known.kind, default, (*known.rooms, room))
            merged[name] = setting
    return merged


@contextmanager
def _noting(found: dict[str, Setting], room: str) -> Iterator[None]:
    """Every getter of a SettingsReader goes through `read`: there name, kind and default are known together."""
    read = SettingsReader.read

    def noting_read(
        self: SettingsReader,
        name: str,
        kind: str,
        parse: Callable[[str], Any],
        *,
        default: Any = config._REQUIRED,
        placeholder: Any,
    ) -> Any:
        found[name] = Setting(name, kind, None if default is config._REQUIRED else _text(default), (room,))
        return read(self, name, kind, parse, default=default, placeholder=placeholder)

    SettingsReader.read = noting_read  # type: ignore[method-assign]
    try:
        yield
    finally:
        SettingsReader.read = read  # type: ignore[method-assign]


def _text(default: object) -> str:
    match default:
        case None:
            return ""
        case bool():
            return "true" if default else "false"
        case tuple():
            return ",".join(map(str, default))
        case Secret():
            # A default that is a secret is for one's own machine: it is not to be copied.
            return ""
    return str(default)
