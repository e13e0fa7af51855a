"""`name=value` words become the options that a command's spec declares."""

from __future__ import annotations

import pytest

from models.commands.moderation import Timeout, Warn
from models.commands.settings import ChangeSettings
from models.spec import options_of
from scripts.exits import Misconfigured
from scripts.option_values import parse_options


def test_values_are_read_by_the_kinds_of_the_spec() -> None:
    number = next(option.name for option in options_of(Timeout) if option.kind == "integer")
    assert parse_options([f"{number}=15", "reason=15"], Timeout) == {number: 15, "reason": "15"}


def test_a_snowflake_stays_a_text_in_all_its_digits() -> None:
    assert parse_options(["member=1101000000000900004"], Warn) == {"member": "1101000000000900004"}


def test_a_value_may_hold_an_equals_sign() -> None:
    assert parse_options(["reason=a=b"], Warn) == {"reason": "a=b"}


def test_what_does_not_read_as_a_number_is_sent_as_it_is() -> None:
    number = next(option.name for option in options_of(Timeout) if option.kind == "integer")
    assert parse_options([f"{number}=soon"], Timeout) == {number: "soon"}


def test_a_document_is_written_as_json() -> None:
    assert parse_options(['changes={"timezone": "UTC"}'], ChangeSettings) == {"changes": {"timezone": "UTC"}}
    assert parse_options(["changes=timezone"], ChangeSettings) == {"changes": "timezone"}


def test_an_unknown_command_gets_numbers_and_texts_but_no_rounded_snowflakes() -> None:
    words = ["count=3", "loud=true", "name=Ada", "member=1101000000000900004"]
    assert parse_options(words, None) == {"count": 3, "loud": True, "name": "Ada", "member": "1101000000000900004"}


@pytest.mark.parametrize("words", [["reason"], ["=x"], ["reason=a", "reason=b"]])
def test_a_word_that_is_no_option_is_refused(words: list[str]) -> None:
    with pytest.raises(Misconfigured):
        parse_options(words, Warn)
