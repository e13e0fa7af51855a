from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from bot.command_diff import compare, normalised, whole_list
from bot.slash import slash_commands, slash_payloads
from models.catalogue import BUILT_IN, Catalogue

WANTED = slash_payloads(slash_commands(Catalogue(BUILT_IN)))


def as_discord_shows(row: dict[str, Any], number: int) -> dict[str, Any]:
    """Defaults left out where Discord leaves them out, and its own keys added."""
    shown = {key: value for key, value in deepcopy(normalised(row)).items() if value is not None}
    for option in shown["options"]:
        for key in [key for key, value in option.items() if value is None or value is False or value == []]:
            del option[key]
    return {**shown, "id": str(number), "version": "9", "application_id": "1", "dm_permission": False}


PRESENT = [as_discord_shows(row, number) for number, row in enumerate(WANTED)]


def test_nothing_changed_is_nothing_to_write() -> None:
    assert compare(WANTED, PRESENT).count == 0


def test_an_empty_discord_gets_everything_as_new() -> None:
    assert [row["name"] for row in compare(WANTED, []).create] == [row["name"] for row in WANTED]


@pytest.mark.parametrize(
    "change",
    [
        {"description": "other"},
        {"default_member_permissions": "8"},
        {"contexts": [0, 1]},
        {"nsfw": True},
        {"name_localizations": {"de": "anders"}},
        {"options": []},
    ],
)
def test_any_difference_updates_that_command_alone(change: dict[str, Any]) -> None:
    present = deepcopy(PRESENT)
    ban = next(row for row in present if row["name"] == "ban")
    ban.update(change)
    changes = compare(WANTED, present)
    assert (changes.create, changes.delete) == ((), ())
    assert [(number, row["name"]) for number, row in changes.update] == [(ban["id"], "ban")]


def test_a_changed_option_of_a_subcommand_is_seen() -> None:
    present = deepcopy(PRESENT)
    role = next(row for row in present if row["name"] == "role")
    role["options"][0]["options"][0]["description"] = "other"
    assert [row["name"] for _, row in compare(WANTED, present).update] == ["role"]


def test_commands_without_a_spec_are_taken_away_but_context_menus_stay() -> None:
    extra = [{"id": "98", "name": "old", "type": 1}, {"id": "99", "name": "Report", "type": 3}]
    assert compare(WANTED, [*PRESENT, *extra]).delete == (("98", "old"),)


def test_a_bulk_overwrite_keeps_what_is_not_ours() -> None:
    menu = {"id": "99", "name": "Report", "type": 3, "version": "1", "application_id": "1"}
    assert whole_list(WANTED, [*PRESENT, menu])[-1] == {"id": "99", "name": "Report", "type": 3}


def test_the_minimum_zero_is_sent_and_empty_keys_are_not() -> None:
    ban = next(row for row in compare(WANTED, []).create if row["name"] == "ban")
    days = next(row for row in ban["options"] if row["name"] == "delete_days")
    assert days["min_value"] == 0
    assert "choices" not in days
    assert "required" not in days
