"""The dashboard's words in the reader's language: one table a language, in `words/`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["DEFAULT_LANGUAGE", "languages", "pick_language", "script_words", "words_of"]

DEFAULT_LANGUAGE = "en"
_FOLDER = Path(__file__).resolve().parent / "words"


@cache
def languages() -> Mapping[str, str]:
    """The name of each language in itself, by its code: {"en": "English", …}."""
    return {path.stem: words_of(path.stem)["language"] for path in sorted(_FOLDER.glob("*.toml"))}


@cache
def words_of(language: str) -> Mapping[str, str]:
    """Every text of a language by its dotted key: {"nav.live": "Live", …}."""
    return dict(_flat(tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))))


def pick_language(chosen: str | None, accepted: str) -> str:
    """The reader's own choice, else the first of their browser's (`Accept-Language`, RFC 9110) that we speak."""
    if chosen is not None and chosen in languages():
        return chosen
    weighted = []
    for at, part in enumerate(accepted.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weighted.append((-float(quality or 1), at, tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return next((tag for _, _, tag in sorted(weighted) if tag in languages()), DEFAULT_LANGUAGE)


def script_words(words: Mapping[str, str]) -> dict[str, str]:
    """What the browser's modules say: the table `script`, without its name."""
    return {key.removeprefix("script."): text for key, text in words.items() if key.startswith("script.")}


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
