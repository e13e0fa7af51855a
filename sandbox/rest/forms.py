"""Forms as tables of validators; what is wrong comes back as Discord's nested 50035.

Keys that a form doesn't name are ignored, as Discord does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.errors import FormErrors
from sandbox.snowflakes import is_snowflake

__all__ = [
    "Field",
    "Form",
    "Invalid",
    "bits",
    "boolean",
    "choice",
    "integer",
    "list_of",
    "nullable",
    "raw_list",
    "read",
    "snowflake",
    "text",
]  # fmt: skip

_TOO_BIG_BODY_TEXT = re.compile(r"[\ud800-\udfff]")


class Invalid(Exception):
    """`code` and `message` of one leaf of the `errors` object; `at` is the path below the field."""

    def __init__(self, code: str, message: str, at: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.at = at


Check = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Field:
    check: Check
    required: bool = False
    name: str = ""
    """The attribute it becomes, where that differs from the key."""


Form = Mapping[str, Field]


def text(low: int, high: int) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise Invalid("STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
        if _TOO_BIG_BODY_TEXT.search(value) or "\0" in value:
            raise Invalid("STRING_TYPE_REGEX", "String value did not match validation regex.")
        length = len(value)
        if low and not value.strip():
            raise Invalid("BASE_TYPE_REQUIRED", "This field is required")
        if length > high and not low:
            raise Invalid("BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        if not low <= length <= high:
            raise Invalid("BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        return value

    return check


def integer(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        if isinstance(value, str) and value.lstrip("-").isdigit():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Invalid("NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        if value < low:
            raise Invalid("NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
        if value > high:
            raise Invalid("NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
        return int(value)

    return check


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid("BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
    return value


def snowflake(value: Any) -> int:
    if not is_snowflake(value):
        raise Invalid("NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
    return int(value)


def bits(value: Any) -> int:
    """Permissions: a decimal string, or an integer from clients that send one."""
    try:
        return int(integer(0, (1 << 63) - 1)(value))
    except Invalid as error:
        raise Invalid("NUMBER_TYPE_COERCE", f'Value "{value}" is not int.') from error


def choice(*allowed: Any) -> Check:
    def check(value: Any) -> Any:
        if isinstance(value, bool) or value not in allowed:
            shown = ", ".join(str(row) for row in allowed)
            raise Invalid("BASE_TYPE_CHOICES", f"Value must be one of {{{shown}}}.")
        return value

    return check


def nullable(inner: Check) -> Check:
    def check(value: Any) -> Any:
        return None if value is None else inner(value)

    return check


def list_of(inner: Check, most: int) -> Check:
    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Invalid("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        if len(value) > most:
            raise Invalid("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        rows = []
        for index, row in enumerate(value):
            try:
                rows.append(inner(row))
            except Invalid as error:
                raise Invalid(error.code, error.message, (index, *error.at)) from error
        return rows

    return check


def raw_list(most: int) -> Check:
    """A list of objects that are kept as they came (embeds, components)."""

    def one(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Invalid("DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return value

    return list_of(one, most)


def read(body: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """The fields that are present, converted. Raises ApiError 50035 with everything that is wrong."""
    errors = FormErrors()
    values: dict[str, Any] = {}
    for key, rule in form.items():
        if key not in body:
            if rule.required:
                errors.add((key,), "BASE_TYPE_REQUIRED", "This field is required")
            continue
        try:
            values[rule.name or key] = rule.check(body[key])
        except Invalid as error:
            errors.add((key, *error.at), error.code, error.message)
    errors.raise_if_any()
    return values
