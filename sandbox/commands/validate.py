"""Is this a command that Discord would register? Pure: a payload in, errors out.

https://discord.com/developers/docs/interactions/application-commands#application-command-object
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.errors import FormErrors

__all__ = ["OptionType", "check_all", "check_command"]

MAX_COMMANDS = 100
_MAX_OPTIONS = 25
_MAX_TOTAL = 8_000
_NAME = re.compile(r"[-_'\w]{1,32}")

Path = tuple[str | int, ...]


class OptionType:
    SUB_COMMAND = 1
    SUB_COMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


_CHOOSABLE = (OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER)


def check_all(commands: list[Any], errors: FormErrors) -> None:
    """A whole scope, as in a bulk overwrite; paths begin with the command's index."""
    seen: set[tuple[str, int]] = set()
    for index, command in enumerate(commands):
        if not isinstance(command, dict):
            errors.add((index,), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            continue
        check_command(command, errors, (index,))
        key = (str(command.get("name")), command.get("type") or 1)
        if key in seen:
            errors.add(
                (index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        seen.add(key)


def check_command(command: dict[str, Any], errors: FormErrors, at: Path = ()) -> None:
    kind = command.get("type") or 1
    if kind not in (1, 2, 3, 4):
        errors.add((*at, "type"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4}.")
        return
    if kind == 1:
        _check_name(command, errors, at)
        _check_text(command, "description", 1, 100, errors, at)
        _check_options(command.get("options"), errors, at, depth=0)
    else:
        _check_text(command, "name", 1, 32, errors, at)
        if command.get("description"):
            errors.add(
                (*at, "description"),
                "APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED",
                "Context menu commands cannot have a description",
            )
    _check_localizations(command, errors, at)
    permissions = command.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdigit():
        errors.add((*at, "default_member_permissions"), "NUMBER_TYPE_COERCE", f'Value "{permissions}" is not int.')
    if _size(command) > _MAX_TOTAL:
        errors.add(at or ("_command",), "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({_MAX_TOTAL})")


def _check_name(row: dict[str, Any], errors: FormErrors, at: Path) -> None:
    name = row.get("name")
    if not isinstance(name, str) or not name:
        errors.add((*at, "name"), "BASE_TYPE_REQUIRED", "This field is required")
    elif not 1 <= len(name) <= 32:
        errors.add((*at, "name"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length.")
    elif not _NAME.fullmatch(name) or name != name.lower():
        errors.add((*at, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_text(row: dict[str, Any], key: str, low: int, high: int, errors: FormErrors, at: Path) -> None:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        errors.add((*at, key), "BASE_TYPE_REQUIRED", "This field is required")
    elif not low <= len(value) <= high:
        errors.add((*at, key), "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")


def _check_localizations(row: dict[str, Any], errors: FormErrors, at: Path) -> None:
    for locale, name in (row.get("name_localizations") or {}).items():
        if not isinstance(name, str) or not 1 <= len(name) <= 32:
            errors.add(
                (*at, "name_localizations", locale), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length."
            )
    for locale, words in (row.get("description_localizations") or {}).items():
        if not isinstance(words, str) or not 1 <= len(words) <= 100:
            path = (*at, "description_localizations", locale)
            errors.add(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")


def _check_options(options: Any, errors: FormErrors, at: Path, *, depth: int) -> None:
    """`depth` 0 is the command itself, 1 a subcommand or group, 2 a subcommand in a group."""
    if options is None:
        return
    if not isinstance(options, list):
        errors.add((*at, "options"), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return
    if len(options) > _MAX_OPTIONS:
        errors.add((*at, "options"), "BASE_TYPE_BAD_LENGTH", f"Must be between 0 and {_MAX_OPTIONS} in length.")
    names: set[str] = set()
    optional_seen = False
    nested = [isinstance(row, dict) and row.get("type") in (1, 2) for row in options]
    for index, row in enumerate(options):
        path: Path = (*at, "options", index)
        if not isinstance(row, dict):
            errors.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            continue
        if any(nested) and not nested[index]:
            errors.add(
                (*path, "type"),
                "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                "Sub-command and sub-command group option types are mutually exclusive to all other types",
            )
        if row.get("name") in names:
            errors.add((*path, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique")
        names.add(str(row.get("name")))
        if row.get("required"):
            if optional_seen:
                errors.add(
                    path,
                    "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                    "Required options must be placed before non-required options",
                )
        else:
            optional_seen = True
        _check_option(row, errors, path, depth=depth)


def _check_option(row: dict[str, Any], errors: FormErrors, at: Path, *, depth: int) -> None:
    kind = row.get("type")
    _check_name(row, errors, at)
    _check_text(row, "description", 1, 100, errors, at)
    _check_localizations(row, errors, at)
    if not isinstance(kind, int) or not 1 <= kind <= 11:
        errors.add((*at, "type"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}.")
        return
    if kind == OptionType.SUB_COMMAND_GROUP:
        if depth != 0:
            _bad_type(errors, at, "Sub-command groups can only be used at the top level")
        elif not row.get("options") or any(o.get("type") != 1 for o in row["options"] if isinstance(o, dict)):
            _bad_type(errors, at, "Sub-command groups must have sub-commands")
        _check_options(row.get("options"), errors, at, depth=1)
        return
    if kind == OptionType.SUB_COMMAND:
        if any(isinstance(o, dict) and o.get("type") in (1, 2) for o in row.get("options") or []):
            _bad_type(errors, at, "Sub-commands cannot contain sub-commands or groups")
        _check_options(row.get("options"), errors, at, depth=2)
        return
    _check_values(row, kind, errors, at)


def _bad_type(errors: FormErrors, at: Path, message: str) -> None:
    errors.add((*at, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _check_values(row: dict[str, Any], kind: int, errors: FormErrors, at: Path) -> None:
    """Choices, autocomplete and bounds, of options that take a value."""
    choices = row.get("choices") or []
    if choices and kind not in _CHOOSABLE:
        errors.add((*at, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "Option type takes no choices")
    if row.get("autocomplete") and (choices or kind not in _CHOOSABLE):
        errors.add(
            (*at, "autocomplete"),
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID",
            "Autocomplete is not possible with this option",
        )
    if len(choices) > 25:
        errors.add((*at, "choices"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, entry in enumerate(choices):
        path = (*at, "choices", index)
        if not isinstance(entry, dict):
            errors.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            continue
        _check_text(entry, "name", 1, 100, errors, path)
        if not _fits(entry.get("value"), kind):
            errors.add((*path, "value"), "BASE_TYPE_REQUIRED", "This field is required")
    for key, most in (("min_length", 6000), ("max_length", 6000)):
        value = row.get(key)
        if value is not None and (kind != OptionType.STRING or not 0 <= value <= most):
            errors.add((*at, key), "NUMBER_TYPE_MAX", f"int value should be between 0 and {most}.")


def _fits(value: Any, kind: int) -> bool:
    if isinstance(value, bool):
        return False
    if kind == OptionType.STRING:
        return isinstance(value, str) and 0 < len(value) <= 100
    return isinstance(value, int | float if kind == OptionType.NUMBER else int)


def _size(row: Any) -> int:
    """Name, description and values of a command and all below it, which Discord limits together."""
    if not isinstance(row, dict):
        return 0
    own = sum(len(row[key]) for key in ("name", "description", "value") if isinstance(row.get(key), str))
    below = [*(row.get("options") or []), *(row.get("choices") or [])]
    return own + sum(_size(entry) for entry in below)
