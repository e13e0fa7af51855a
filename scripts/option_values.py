"""`key=value` words of the command line as the options of a command."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from models.spec import CommandSpec, OptionKind, options_of
from scripts.exits import Misconfigured

__all__ = ["parse_options"]


def parse_options(words: Iterable[str], spec: type[CommandSpec] | None) -> dict[str, Any]:
    """Values by the spec's kinds, where the spec is known; else JSON where it reads as a number or boolean.

    Whether they are allowed is for the platform to say. Raises Misconfigured for a word that is no `key=value`.
    """
    kinds = {option.name: option.kind for option in options_of(spec)} if spec is not None else {}
    options: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise Misconfigured(f"{word!r} is no option; write name=value.")
        if name in options:
            raise Misconfigured(f"The option {name!r} is given twice.")
        options[name] = _value(text, kinds.get(name), known=spec is not None)
    return options


def _value(text: str, kind: OptionKind | None, *, known: bool) -> Any:
    """A text that does not read as its kind is sent as it is: the refusal then names what was wrong."""
    if kind == "document":
        return _document(text)
    if kind in ("integer", "number", "boolean") or not known:
        try:
            value = json.loads(text)
        except ValueError:
            return text
        # Snowflakes of an unknown command: a JSON number would lose digits on the way.
        return value if isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < 2**53) else text
    return text


def _document(text: str) -> Any:
    """JSON's objects; ids in them are texts, as everywhere."""
    try:
        return json.loads(text)
    except ValueError:
        return text
