from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
import pytest

from bot.slash import base_permission, slash_commands, slash_payloads
from models.catalogue import BUILT_IN, Catalogue
from models.commands.moderation import Ban
from models.commands.utility import Ping
from models.permissions import Permission
from models.spec import CommandSpec, Effect

PAYLOADS = {row["name"]: row for row in slash_payloads(slash_commands(Catalogue(BUILT_IN)))}


class Deep(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something far down."""

    type: ClassVar = "deep.down"
    slash: ClassVar = "deep group down"
    effect: ClassVar = Effect.PURE
    permission: ClassVar = Permission.NONE

    share: Annotated[float, msgspec.Meta(ge=0.5, le=2.5, description="x" * 120)]
    sure: bool = False


def test_specs_without_a_slash_path_and_those_for_scripts_are_left_out() -> None:
    assert "broadcast" not in PAYLOADS
    assert set(PAYLOADS) >= {"ban", "ping", "role", "settings"}


def test_commands_of_one_group_are_subcommands() -> None:
    assert [(row["name"], row["type"]) for row in PAYLOADS["role"]["options"]] == [("add", 1), ("remove", 1)]


def test_groups_of_groups_fold_twice() -> None:
    (deep,) = slash_payloads(slash_commands(Catalogue([Deep])))
    group = deep["options"][0]
    assert (group["name"], group["type"]) == ("group", 2)
    assert group["options"][0]["name"] == "down"


def test_commands_are_for_guilds_only() -> None:
    assert all(row["contexts"] == [0] and row["integration_types"] == [0] for row in PAYLOADS.values())


@pytest.mark.parametrize(("name", "kind"), [("member", 6), ("reason", 3), ("delete_days", 4)])
def test_an_option_has_the_type_of_its_kind(name: str, kind: int) -> None:
    types = {row["name"]: row["type"] for row in PAYLOADS["ban"]["options"]}
    assert types[name] == kind


def test_bounds_choices_and_completion_reach_discord() -> None:
    ban = {row["name"]: row for row in PAYLOADS["ban"]["options"]}
    kind = next(row for row in PAYLOADS["channel"]["options"][0]["options"] if row["name"] == "kind")
    setting = next(row for row in PAYLOADS["settings"]["options"] if row["name"] == "set")
    key = setting["options"][0]
    assert (ban["delete_days"]["min_value"], ban["delete_days"]["max_value"]) == (0, 7)
    assert ban["reason"]["max_length"] == 400
    assert {choice["value"] for choice in kind["choices"]} == {"text", "voice", "category"}
    assert key["autocomplete"] is True


def test_numbers_keep_fractions_and_long_descriptions_are_cut() -> None:
    (deep,) = slash_payloads(slash_commands(Catalogue([Deep])))
    share, sure = deep["options"][0]["options"][0]["options"]
    assert (share["type"], share["min_value"], share["max_value"]) == (10, 0.5, 2.5)
    assert len(share["description"]) == 100
    assert sure["type"] == 5


def test_required_options_come_first() -> None:
    for row in PAYLOADS["ban"]["options"]:
        assert isinstance(row["required"], bool)
    required = [row["required"] for row in PAYLOADS["ban"]["options"]]
    assert required == sorted(required, reverse=True)


def test_discord_asks_for_the_permission_of_the_spec() -> None:
    assert PAYLOADS["ban"]["default_member_permissions"] == str(int(Permission.BAN_MEMBERS))
    assert PAYLOADS["ping"]["default_member_permissions"] is None


def test_a_group_asks_for_no_more_than_all_its_commands_need() -> None:
    assert base_permission([Ban, Ping]) is None
    assert base_permission([Ban, Ban]) == Permission.BAN_MEMBERS


def test_texts_are_translated_where_a_translation_is_known() -> None:
    words = {"ping": {"german": "klopfen"}}
    (ping,) = slash_payloads(slash_commands(Catalogue([Ping]), lambda text: words.get(text, {})))
    assert ping["name"] == "ping"
    assert ping["name_localizations"] == {"de": "klopfen"}


def test_a_path_of_four_words_is_an_error_of_the_spec() -> None:
    class TooDeep(Deep, frozen=True, forbid_unknown_fields=True, kw_only=True):
        slash: ClassVar = "a b c d"

    with pytest.raises(ValueError, match="three words"):
        slash_commands(Catalogue([TooDeep]))
