"""The dashboard's words: the reader's language, and every text in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import web as web_package
from web.language import languages, pick_language, words_of


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("en", "de-DE", "en"),
        (None, "", "en"),
        (None, "fr-CH, fr;q=0.9", "en"),
        (None, "en-GB;q=0.8, xx;q=0.9", "en"),
        (None, "fr;q=0.9, de-AT;q=0.8, en;q=0.5", "de"),
        ("../en", "", "en"),
        (None, "en;q=much, *", "en"),
    ],
)
def test_the_readers_choice_comes_before_the_browsers(chosen: str | None, accepted: str, language: str) -> None:
    assert pick_language(chosen, accepted) == language


@pytest.mark.parametrize("language", list(languages()))
def test_every_language_has_every_text_with_the_same_gaps(language: str) -> None:
    english, other = words_of("en"), words_of(language)
    assert other.keys() == english.keys()
    assert {key: sorted(re.findall(r"{\w+}", text)) for key, text in other.items()} == {
        key: sorted(re.findall(r"{\w+}", text)) for key, text in english.items()
    }


def test_every_text_that_a_page_or_module_asks_for_is_there() -> None:
    """As far as they name it in full; what is put together (`nav.<section>`) each page shows by being opened."""
    web, known = Path(web_package.__file__).parent, words_of("en").keys()
    asked = {
        found
        for page in (web / "templates").glob("*.html")
        for found in re.findall(r"""\bt\(["']([a-z_.]+)["'][,)]""", page.read_text(encoding="utf-8"))
    }
    modules = {
        f"script.{found}"
        for module in (web / "static").glob("*.js")
        for found in re.findall(r'\bword\("([a-z_]+)"[,)]', module.read_text(encoding="utf-8"))
    }
    assert len(asked) > 100
    assert len(modules) > 20
    assert asked | modules <= known, (asked | modules) - known
