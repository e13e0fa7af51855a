"""What a setting may hold: how a value is checked, and how a person's text is read. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec

from bus import codec
from bus.ids import Snowflake
from models.command_rules import Allowance, Cooldown

__all__ = [
    "ALLOWANCE",
    "CHANNEL",
    "COOLDOWN",
    "ON_OFF",
    "ON_OFF_OR_UNSET",
    "ROLES",
    "TEXT",
    "TIME_ZONE",
    "SettingKind",
    "in_words",
]

_ON, _OFF = ("true", "on", "yes"), ("false", "off", "no")
_MENTION = re.compile(r"<(?:@&|#)(\d{1,19})>|(\d{1,19})")
_COOLDOWN = re.compile(r"(?:(\d{1,3})\s*(?:/|in|per)\s*)?(\d{1,5})\s*s?")


@dataclass(frozen=True, slots=True)
class SettingKind:
    """`check` returns a JSON value as it is kept, `read` makes one from a text (None: the default).

    Both raise ValueError (`check` also InvalidMessage, which is none) with the reason in words.
    """

    name: str
    check: Callable[[Any], Any]
    read: Callable[[str], Any]


def _checked_as(kind: Any) -> Callable[[Any], Any]:
    return lambda value: codec.to_builtins(codec.convert(value, kind))


def _on_off(text: str) -> bool:
    word = text.strip().lower()
    if word not in (*_ON, *_OFF):
        raise ValueError("it is on or off")
    return word in _ON


def _on_off_or_unset(text: str) -> bool | None:
    return None if text.strip().lower() in ("", "default") else _on_off(text)


def _id_or_unset(text: str) -> str | None:
    ids = _ids(text)
    if len(ids) > 1:
        raise ValueError("it is one channel")
    return ids[0] if ids else None


def _ids(text: str) -> list[str]:
    """Ids and mentions, with spaces or commas between them."""
    words = text.replace(",", " ").split()
    found = [_MENTION.fullmatch(word) for word in words]
    if not all(found):
        raise ValueError("write ids or mentions, with spaces between them")
    return [str(int(Snowflake(match[1] or match[2]))) for match in found if match]


def _time_zone(value: Any) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError, TypeError) as error:
        raise ValueError("it is the name of a time zone, such as Europe/Lisbon") from error
    return str(value)


def _cooldown(text: str) -> dict[str, int] | None:
    word = text.strip().lower()
    if word in ("", "default"):
        return None
    if word in _OFF:
        return {"seconds": 0}
    found = _COOLDOWN.fullmatch(word)
    if found is None:
        raise ValueError("write seconds (30), uses and seconds (3/60), or off")
    return {"uses": int(found[1] or 1), "seconds": int(found[2])}


def _allowance(text: str) -> dict[str, Any] | None:
    words = text.strip().lower().replace(" except ", " ").split(maxsplit=1)
    if not words:
        return None
    if words[0] not in ("allow", "deny"):
        raise ValueError("write allow or deny, then the exceptions: deny except <#1> <#2>")
    return {"default": words[0], "except": _ids(words[1]) if len(words) > 1 else []}


def _as_typed(text: str) -> str:
    return text


def _unique(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """For lists of ids, whose order says nothing: the same set is always kept in the same words."""
    return lambda value: sorted(set(check(value)), key=int)


def _tidy_allowance(value: Any) -> dict[str, Any]:
    return codec.convert(value, Allowance).as_json()


def in_words(value: Any) -> str:
    """A value as `read` of its kind takes it again."""
    match value:
        case None:
            return "default"
        case bool():
            return "on" if value else "off"
        case {"seconds": seconds, "uses": uses}:
            return f"{uses}/{seconds}" if seconds else "off"
        case {"default": default, "except": excepted}:
            return " ".join((default, *(("except", *excepted) if excepted else ())))
        case list():
            return " ".join(value)
    return str(value)


_ROLE_IDS = _checked_as(Annotated[list[Snowflake], msgspec.Meta(max_length=100)])

ON_OFF = SettingKind("on_off", _checked_as(bool), _on_off)
ON_OFF_OR_UNSET = SettingKind("on_off_or_unset", _checked_as(bool), _on_off_or_unset)
CHANNEL = SettingKind("channel", _checked_as(Snowflake), _id_or_unset)
ROLES = SettingKind("roles", _unique(_ROLE_IDS), _ids)
TIME_ZONE = SettingKind("time_zone", _time_zone, _as_typed)
TEXT = SettingKind("text", _checked_as(Annotated[str, msgspec.Meta(max_length=1000)]), _as_typed)
COOLDOWN = SettingKind("cooldown", _checked_as(Cooldown), _cooldown)
ALLOWANCE = SettingKind("allowance", _tidy_allowance, _allowance)
