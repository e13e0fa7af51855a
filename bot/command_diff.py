"""What Discord has of our commands against what the specs say: a pure comparison, whatever defaults were left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Changes", "compare", "normalised", "whole_list"]

_CHAT_INPUT = 1
_DISCORDS_OWN = ("application_id", "version", "guild_id")
_LISTS = ("options", "choices", "channel_types")
_COMMAND_KEYS = (
    "name",
    "description",
    "name_localizations",
    "description_localizations",
    "default_member_permissions",
    "contexts",
    "integration_types",
    "nsfw",
    "options",
)
_OPTION_KEYS = (
    "name",
    "type",
    "description",
    "name_localizations",
    "description_localizations",
    "required",
    "autocomplete",
    "choices",
    "channel_types",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "options",
)
_CHOICE_KEYS = ("name", "value", "name_localizations")


@dataclass(frozen=True, slots=True)
class Changes:
    """What to write: new commands, changed ones by Discord's id, and the ids (with names) of those to take away."""

    create: tuple[dict[str, Any], ...] = ()
    update: tuple[tuple[str, dict[str, Any]], ...] = ()
    delete: tuple[tuple[str, str], ...] = ()

    @property
    def count(self) -> int:
        return len(self.create) + len(self.update) + len(self.delete)


def compare(wanted: Iterable[Mapping[str, Any]], present: Iterable[Mapping[str, Any]]) -> Changes:
    """The least that makes `present` (as Discord lists it, with localisations) into `wanted`.

    Only slash commands are looked at: context menus and entry points are not ours to take away.
    """
    there = {row["name"]: row for row in present if row.get("type", _CHAT_INPUT) == _CHAT_INPUT}
    create: list[dict[str, Any]] = []
    update: list[tuple[str, dict[str, Any]]] = []
    names = set()
    for row in wanted:
        command = normalised(row)
        names.add(command["name"])
        old = there.get(command["name"])
        if old is None:
            create.append(_sent(command))
        elif normalised(old) != command:
            update.append((str(old["id"]), _sent(command)))
    delete = tuple((str(row["id"]), name) for name, row in there.items() if name not in names)
    return Changes(tuple(create), tuple(update), delete)


def whole_list(wanted: Iterable[Mapping[str, Any]], present: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a bulk overwrite must send to end in the same place: everything wanted, and all that is not ours."""
    others = [
        {key: value for key, value in row.items() if key not in _DISCORDS_OWN}
        for row in present
        if row.get("type", _CHAT_INPUT) != _CHAT_INPUT
    ]
    return [*(_sent(normalised(row)) for row in wanted), *others]


def normalised(command: Mapping[str, Any]) -> dict[str, Any]:
    """Only what Discord keeps, with every default spelled out: equal commands are equal values."""
    row = _kept(command, _COMMAND_KEYS)
    row["type"] = _CHAT_INPUT
    row["nsfw"] = bool(row["nsfw"])
    row["options"] = [_option(option) for option in row["options"]]
    for key in ("contexts", "integration_types"):
        row[key] = None if row[key] is None else sorted(int(value) for value in row[key])
    permissions = row["default_member_permissions"]
    row["default_member_permissions"] = None if permissions is None else str(int(permissions))
    return row


def _sent(row: dict[str, Any]) -> dict[str, Any]:
    """Without what is a default anyway: not every key may be null or empty at every place."""
    answer: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            answer[key] = [_sent(below) for below in value]
        elif value is not None and value is not False and value != []:
            answer[key] = value
    return answer


def _option(option: Mapping[str, Any]) -> dict[str, Any]:
    row = _kept(option, _OPTION_KEYS)
    row["type"] = int(row["type"])
    row["required"], row["autocomplete"] = bool(row["required"]), bool(row["autocomplete"])
    row["choices"] = [_kept(choice, _CHOICE_KEYS) for choice in row["choices"]]
    row["options"] = [_option(below) for below in row["options"]]
    return row


def _kept(source: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key in keys:
        value = source.get(key)
        if key in _LISTS:
            value = list(value or ())
        elif key.endswith("_localizations"):
            value = dict(value) if value else None
        row[key] = value
    return row
