"""The same data, for people and for machines."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bus.ids import Snowflake
from scripts.output import show_json, show_record, show_rows

ROWS = [
    {"id": Snowflake(1101000000000100000), "name": "Ada", "off": True, "scopes": ["a", "b"], "note": None},
    {"id": Snowflake(7), "name": "Bo", "off": False, "scopes": [], "note": "x"},
]


def test_snowflakes_are_texts_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows(ROWS, ("id",), as_json=True, empty="none")
    assert json.loads(capsys.readouterr().out)[0] == {
        "id": "1101000000000100000",
        "name": "Ada",
        "off": True,
        "scopes": ["a", "b"],
        "note": None,
    }


def test_a_table_is_aligned_and_readable(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows(ROWS, ("name", "off", "scopes", "note"), as_json=False, empty="none")
    title, first, second = capsys.readouterr().out.splitlines()
    assert title.index("off") == first.index("yes") == second.index("no")
    assert "a, b" in first
    assert "–" in first


def test_no_rows_are_said_in_words_or_as_an_empty_array(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([], ("id",), as_json=False, empty="Nothing is off.")
    show_rows([], ("id",), as_json=True, empty="Nothing is off.")
    assert capsys.readouterr().out == "Nothing is off.\n[]\n"


def test_a_record_has_a_field_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_record({"id": 1, "data": {"a": 1}, "at": datetime(2026, 1, 1, tzinfo=UTC)}, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["id", "1"]
    assert '{"a":1}' in lines[1]
    assert len(lines) == 3


def test_json_times_are_iso_8601(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"at": datetime(2026, 1, 1, tzinfo=UTC)})
    assert json.loads(capsys.readouterr().out) == {"at": "2026-01-01T00:00:00Z"}
