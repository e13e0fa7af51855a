"""Settings from the environment, typed, with every problem told at once.

A room's settings are read like this::

    reader = SettingsReader(environ)
    settings = Settings(port=reader.integer("PORT", default=8080, minimum=1, maximum=65535),
                        token=reader.secret("DISCORD_TOKEN"))
    reader.finish()  # raises ConfigError

Every `NAME` may also be given as `NAME_FILE`, the path of a file that holds it, as Docker and Kubernetes mount secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

__all__ = ["ConfigError", "Problem", "Secret", "SettingsReader", "url_kind"]

_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")
_REQUIRED: Any = object()

T = TypeVar("T")


class Secret:
    """A text that no repr, log or error shows; `reveal()` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "…"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)


@dataclass(frozen=True, slots=True)
class Problem:
    """One variable, what it should be, and what is wrong with it (never its value where that is secret)."""

    variable: str
    kind: str
    message: str
    is_missing: bool = False

    def __str__(self) -> str:
        return f"{self.variable} ({self.kind}): {self.message}"


class ConfigError(Exception):
    """All that is missing or wrong in the settings; a process that meets it exits with 2."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("the settings need attention:\n" + "\n".join(f"  {problem}" for problem in problems))
        self.problems = tuple(problems)


class SettingsReader:
    """Reads typed settings and collects problems; after a problem a getter returns its default or a placeholder."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._problems: list[Problem] = []

    def finish(self) -> None:
        """Raises ConfigError when anything was missing or wrong."""
        if self._problems:
            raise ConfigError(self._problems)

    def problem(self, variable: str, kind: str, message: str) -> None:
        """Adds a problem that the caller found, such as two settings that exclude each other."""
        self._problems.append(Problem(variable, kind, message))

    def text(self, name: str, *, default: str = _REQUIRED) -> str:
        """A text; an empty one counts as not set."""
        return self.read(name, "text", str, default=default, placeholder="")

    def optional_text(self, name: str) -> str | None:
        """A text, or None where it is not set."""
        return self.text(name, default=cast(str, None))

    def secret(self, name: str, *, default: Secret = _REQUIRED) -> Secret:
        """A secret, from NAME or the file that NAME_FILE names."""
        return self.read(name, "secret text", Secret, default=default, placeholder=Secret(""))

    def optional_secret(self, name: str) -> Secret | None:
        """A secret, or None where it is not set."""
        return self.secret(name, default=cast(Secret, None))

    def integer(
        self, name: str, *, default: int = _REQUIRED, minimum: int | None = None, maximum: int | None = None
    ) -> int:
        """A whole number within bounds."""
        kind = _numeric("whole number", minimum, maximum)
        return self.read(name, kind, _within(int, minimum, maximum), default=default, placeholder=minimum or 0)

    def optional_integer(self, name: str, *, minimum: int | None = None, maximum: int | None = None) -> int | None:
        """A whole number within bounds, or None where it is not set."""
        return self.integer(name, default=cast(int, None), minimum=minimum, maximum=maximum)

    def seconds(self, name: str, *, default: float = _REQUIRED, minimum: float = 0.0) -> float:
        """A duration in seconds."""
        kind = _numeric("seconds", minimum, None)
        return self.read(name, kind, _within(float, minimum, None), default=default, placeholder=minimum)

    def boolean(self, name: str, *, default: bool = _REQUIRED) -> bool:
        """true or false (also 1/0, yes/no, on/off)."""
        return self.read(name, "true or false", _boolean, default=default, placeholder=False)

    def choice(self, name: str, choices: Sequence[T], *, default: T = _REQUIRED) -> T:
        """One of several words."""
        by_text = {str(choice): choice for choice in choices}
        kind = f"one of {', '.join(by_text)}"
        return self.read(name, kind, _one_of(by_text), default=default, placeholder=choices[0])

    def words(self, name: str, *, default: tuple[str, ...] = _REQUIRED) -> tuple[str, ...]:
        """Texts separated by commas."""
        return self.read(name, "texts separated by commas", _words, default=default, placeholder=())

    def url(self, name: str, schemes: Sequence[str], *, default: str = _REQUIRED) -> str:
        """An address with one of these schemes; its value is never shown, for it may hold a password."""
        return self.read(name, url_kind(schemes), _url(schemes), default=default, placeholder="")

    def optional_url(self, name: str, schemes: Sequence[str]) -> str | None:
        """As `url`, or None where it is not set."""
        return self.url(name, schemes, default=cast(str, None))

    def read(self, name: str, kind: str, parse: Callable[[str], T], *, default: T = _REQUIRED, placeholder: T) -> T:
        """What `parse` makes of the text; the problem is the text of the ValueError that it raises."""
        try:
            raw = self._raw(name)
            if raw is not None:
                return parse(raw)
        except ValueError as error:
            self._problems.append(Problem(name, kind, str(error)))
        else:
            if default is _REQUIRED:
                told = f"it is not set; set {name}, or {name}_FILE to the path of a file that holds it"
                self._problems.append(Problem(name, kind, told, is_missing=True))
        return placeholder if default is _REQUIRED else default

    def _raw(self, name: str) -> str | None:
        direct, path = self._environ.get(name) or None, self._environ.get(f"{name}_FILE") or None
        if direct is not None and path is not None:
            raise ValueError(f"both {name} and {name}_FILE are set; keep one")
        if path is None:
            return direct
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n") or None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise ValueError(f"{name}_FILE points to {path}, which cannot be read: {reason}") from error


def url_kind(schemes: Sequence[str]) -> str:
    """How a problem names an address that starts with one of these schemes."""
    return f"URL starting with {' or '.join(scheme + '://' for scheme in schemes)}"


def _numeric(kind: str, minimum: float | None, maximum: float | None) -> str:
    if minimum is None and maximum is None:
        return kind
    if maximum is None:
        return f"{kind}, at least {minimum}"
    return f"{kind}, at most {maximum}" if minimum is None else f"{kind} from {minimum} to {maximum}"


def _within(number: Callable[[str], T], minimum: float | None, maximum: float | None) -> Callable[[str], T]:
    def parse(raw: str) -> T:
        try:
            value = number(raw)
        except ValueError:
            raise ValueError(f"{raw[:40]!r} is no number of that kind") from None
        if (
            not (minimum if minimum is not None else float("-inf"))
            <= cast(float, value)
            <= (maximum if maximum is not None else float("inf"))
        ):
            raise ValueError(f"{raw[:40]} is out of range")
        return value

    return parse


def _boolean(raw: str) -> bool:
    if raw.lower() in _TRUE:
        return True
    if raw.lower() in _FALSE:
        return False
    raise ValueError(f"{raw[:40]!r} is neither true nor false")


def _one_of(choices: Mapping[str, T]) -> Callable[[str], T]:
    def parse(raw: str) -> T:
        if raw not in choices:
            raise ValueError(f"{raw[:40]!r} is none of them")
        return choices[raw]

    return parse


def _words(raw: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in raw.split(",") if word.strip())


def _url(schemes: Sequence[str]) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        try:
            parts = urlsplit(raw)
        except ValueError:
            raise ValueError("it cannot be read as a URL") from None
        if parts.scheme not in schemes:
            raise ValueError(f"it starts with {parts.scheme[:20] + '://' if parts.scheme else 'no scheme'}")
        return raw

    return parse
