"""The commands of the load: every effect, both lanes, every way in. One table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from models.catalogue import load_catalogue
from models.spec import Effect

__all__ = ["KINDS", "SOURCES", "Kind", "Source", "Targets"]

Source = Literal["slash", "api", "script"]
SOURCES: tuple[tuple[Source, int], ...] = (("slash", 40), ("api", 40), ("script", 20))
"""The ways in, with the share of each in a hundred."""
_EVERYWHERE: tuple[Source, ...] = ("slash", "api", "script")
_ROLES = (4, 5, 6)  # those of the sandbox's seed that the bot may give
_GENERAL = 22


class Targets:
    """What the commands of one guild are about; members who will be kicked are used once each."""

    def __init__(self, guild_id: int, sink_url: str) -> None:
        self.guild_id = guild_id
        self.sink_url = sink_url
        self.strangers: list[str] = []
        self.members: list[str] = []


@dataclass(frozen=True, slots=True)
class Kind:
    """`share` of a thousand commands. `options` makes them from the targets, the dice and a mark of its own."""

    type: str
    share: int
    options: Callable[[Targets, Random, str], dict[str, Any]]
    sources: tuple[Source, ...] = _EVERYWHERE

    @property
    def effect(self) -> Effect:
        return _SPECS[self.type].effect

    @property
    def slash(self) -> str:
        return _SPECS[self.type].slash or ""

    @property
    def lane(self) -> str:
        return _SPECS[self.type].lane

    @property
    def platform_wide(self) -> bool:
        return self.type == "admin.broadcast"


_SPECS = load_catalogue().by_type


def _nothing(targets: Targets, dice: Random, mark: str) -> dict[str, Any]:
    return {}


def _warn(targets: Targets, dice: Random, mark: str) -> dict[str, Any]:
    return {"member": dice.choice(targets.members), "reason": mark}


def _setting(targets: Targets, dice: Random, mark: str) -> dict[str, Any]:
    return {"key": "welcome_text", "value": mark}


def _role(targets: Targets, dice: Random, mark: str) -> dict[str, Any]:
    return {"member": dice.choice(targets.members), "role": str(targets.guild_id + dice.choice(_ROLES))}


def _announce(targets: Targets, dice: Random, mark: str) -> dict[str, Any]:
    return {"channel": str(targets.guild_id + _GENERAL), "text": mark}


def _kick(targets: Targets, dice: Random, mark: str) -> dict[str, Any]:
    return {"member": targets.strangers.pop(), "reason": mark}


def _channel(targets: Targets, dice: Random, mark: str) -> dict[str, Any]:
    return {"name": mark}


def _webhook(targets: Targets, dice: Random, mark: str) -> dict[str, Any]:
    return {"url": f"{targets.sink_url}/{mark}", "text": mark}


def _broadcast(targets: Targets, dice: Random, mark: str) -> dict[str, Any]:
    return {"text": mark}


KINDS: tuple[Kind, ...] = (
    Kind("utility.ping", 350, _nothing),
    Kind("server.info", 50, _nothing),
    Kind("moderation.warn", 260, _warn),
    Kind("settings.set", 40, _setting),
    Kind("roles.add", 55, _role),
    Kind("roles.remove", 55, _role),
    Kind("messages.announce", 100, _announce),
    Kind("moderation.kick", 45, _kick),
    Kind("channels.create", 5, _channel),
    Kind("webhooks.call", 30, _webhook),
    Kind("admin.broadcast", 10, _broadcast, ("script",)),
)
