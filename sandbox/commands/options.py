"""What a person typed, against what the command takes: Discord's client checks this before anything is sent."""

from __future__ import annotations

from typing import Any

from sandbox.commands.validate import OptionType
from sandbox.control.problem import Problem
from sandbox.snowflakes import is_snowflake
from sandbox.state import Guild, User

__all__ = ["typed"]

_LARGEST = 2**53


def typed(
    options: list[dict[str, Any]],
    given: dict[str, Any],
    *,
    guild: Guild,
    users: dict[int, User],
    focused: str | None = None,
) -> list[dict[str, Any]]:
    """`[{"name", "type", "value"}]` in the command's order. Raises Problem 400.

    With `focused` it is an autocomplete: nothing is required yet, and that option is taken as it is.
    """
    known = {row["name"] for row in options}
    for name in given:
        if name not in known:
            raise Problem(400, "unknown_option", f"The command has no option {name!r}.")
    rows = []
    for option in options:
        name = option["name"]
        value = given.get(name)
        if name == focused:
            half = "" if value is None else value
            rows.append({"name": name, "type": option["type"], "value": half, "focused": True})
            continue
        if value is None:
            if option.get("required") and focused is None:
                raise Problem(400, "missing_option", f"Option {name!r} is required.")
            continue
        if focused is None:
            _check(option, value, guild, users)
        if option["type"] in (OptionType.USER, OptionType.CHANNEL, OptionType.ROLE, OptionType.MENTIONABLE):
            value = str(value)
        rows.append({"name": name, "type": option["type"], "value": value})
    return rows


def _bad(option: dict[str, Any], message: str) -> Problem:
    return Problem(400, "bad_option", f"Option {option['name']!r}: {message}")


def _check(option: dict[str, Any], value: Any, guild: Guild, users: dict[int, User]) -> None:
    kind = option["type"]
    if kind == OptionType.STRING:
        _check_string(option, value)
    elif kind in (OptionType.INTEGER, OptionType.NUMBER):
        _check_number(option, value, whole=kind == OptionType.INTEGER)
    elif kind == OptionType.BOOLEAN:
        if not isinstance(value, bool):
            raise _bad(option, "must be true or false.")
    elif kind in (OptionType.USER, OptionType.CHANNEL, OptionType.ROLE, OptionType.MENTIONABLE):
        _check_thing(option, value, guild, users)
    else:
        raise _bad(option, "attachments are not possible in the sandbox.")
    choices = option.get("choices") or []
    if choices and value not in [row["value"] for row in choices]:
        raise _bad(option, "is not one of the choices.")


def _check_string(option: dict[str, Any], value: Any) -> None:
    if not isinstance(value, str):
        raise _bad(option, "must be a text.")
    low, high = option.get("min_length") or 0, option.get("max_length") or 6000
    if not low <= len(value) <= high:
        raise _bad(option, f"must be between {low} and {high} characters long.")


def _check_number(option: dict[str, Any], value: Any, *, whole: bool) -> None:
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise _bad(option, "must be a whole number." if whole else "must be a number.")
    low, high = (
        fallback if option.get(key) is None else option[key]
        for key, fallback in (("min_value", -_LARGEST), ("max_value", _LARGEST))
    )
    if not low <= value <= high:
        raise _bad(option, f"must be between {low} and {high}.")


def _check_thing(option: dict[str, Any], value: Any, guild: Guild, users: dict[int, User]) -> None:
    """Users, roles and channels are given by id. Somebody who is in no guild may be picked, as on Discord."""
    if not is_snowflake(value):
        raise _bad(option, "must be an id.")
    identifier, kind = int(value), option["type"]
    if kind == OptionType.CHANNEL:
        channel = guild.channels.get(identifier)
        if channel is None:
            raise _bad(option, "is no channel of this guild.")
        allowed = option.get("channel_types") or []
        if allowed and channel.type not in allowed:
            raise _bad(option, "is not a channel of a kind that the command takes.")
    elif kind == OptionType.ROLE and identifier not in guild.roles:
        raise _bad(option, "is no role of this guild.")
    elif kind == OptionType.USER and identifier not in users:
        raise _bad(option, "is nobody known.")
    elif kind == OptionType.MENTIONABLE and identifier not in users and identifier not in guild.roles:
        raise _bad(option, "is neither a user nor a role.")
