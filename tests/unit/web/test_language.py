"""The dashboard's words: the reader's language, and every text in every language."""

from __future__ import annotations

import re

import pytest

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
