"""One request, read and checked, and one answer: what every handler takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.errors import ApiError, FormErrors
from sandbox.snowflakes import is_snowflake
from sandbox.world import World

__all__ = ["Answer", "Auth", "Call", "Handler", "RestRoute"]

Auth = Literal["bot", "either", "none", "client"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`ids` are the snowflakes of the path, `words` its other parts (tokens)."""

    ids: Mapping[str, int]
    words: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    form: Mapping[str, str]
    reason: str | None
    user_id: int
    """The bot's, or that of the person whose bearer token it is."""
    scopes: tuple[str, ...] | None
    """None for the bot."""
    authorization: str = ""

    def dictionary(self) -> dict[str, Any]:
        """The body as an object. An absent one counts as empty, as with Discord."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise ApiError(400, 50035, "Invalid Form Body", _only_dictionaries())
        return self.body

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """An integer of the query string within its bounds."""
        text = self.query.get(name)
        if text is None:
            return default
        errors = FormErrors()
        value = int(text) if text.lstrip("-").isdigit() else None
        if value is None:
            errors.add((name,), "NUMBER_TYPE_COERCE", f'Value "{text}" is not int.')
        elif value < low:
            errors.add((name,), "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
        elif value > high:
            errors.add((name,), "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
        errors.raise_if_any()
        return value or 0

    def snowflake(self, name: str) -> int | None:
        text = self.query.get(name)
        if text is None:
            return None
        if not is_snowflake(text):
            errors = FormErrors()
            errors.add((name,), "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
            errors.raise_if_any()
        return int(text)


@dataclass(slots=True, kw_only=True)
class Answer:
    """`changed`, `target` and the rest are for the book; a write that found all done already has changed False."""

    status: int = 200
    body: Any = None
    changed: bool = True
    guild_id: int | None = None
    target: int | str | None = None
    duplicate_of: int | None = None
    headers: dict[str, str] | None = None


Handler = Callable[[World, Call], Answer]


@dataclass(frozen=True, slots=True)
class RestRoute:
    """One row of the table of routes.

    `limit` is (requests, seconds) per major parameter, None for a route without a bucket. `exempt`: not counted
    against the global limit, as interaction callbacks and their webhooks.
    """

    method: str
    template: str
    handler: Handler
    auth: Auth = "bot"
    limit: tuple[int, float] | None = (50, 1.0)
    exempt: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


def _only_dictionaries() -> dict[str, Any]:
    return {"_errors": [{"code": "DICT_TYPE_CONVERT", "message": "Only dictionaries may be used in a DictType"}]}
