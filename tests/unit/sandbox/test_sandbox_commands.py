"""Command validation, lookup and option values."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.commands.find import find, leaves, may_use
from sandbox.commands.options import typed
from sandbox.commands.validate import check_all, check_command
from sandbox.control.problem import Problem
from sandbox.errors import FormErrors
from sandbox.permissions import ALL
from sandbox.seed import GUILD_ONE, person_id, seed_world
from sandbox.settings import SandboxSettings


def _option(name: str = "one", kind: int = 3, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "d", "type": kind, **more}


def _codes(command: dict[str, Any]) -> list[str]:
    errors = FormErrors()
    check_command({"name": "x", "description": "d", **command}, errors)
    found: list[str] = []

    def walk(node: Any) -> None:
        for key, value in node.items():
            if key == "_errors":
                found.extend(row["code"] for row in value)
            else:
                walk(value)

    walk(errors.tree)
    return found


@pytest.mark.parametrize("name", ["ban", "ban-all", "größe", "команда", "a_b", "x" * 32])
def test_names_that_discord_takes(name: str) -> None:
    assert _codes({"name": name}) == []


@pytest.mark.parametrize("name", ["Ban", "two words", "x" * 33, "", "a/b", None])
def test_names_that_discord_refuses(name: str | None) -> None:
    assert len(_codes({"name": name})) == 1


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"description": "x" * 101}, "BASE_TYPE_BAD_LENGTH"),
        ({"description": ""}, "BASE_TYPE_REQUIRED"),
        ({"options": [_option(f"o{i}") for i in range(26)]}, "BASE_TYPE_BAD_LENGTH"),
        ({"options": [_option("a"), _option("b", required=True)]}, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"),
        ({"options": [_option("a"), _option("a")]}, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID"),
        ({"options": [_option(kind=12)]}, "BASE_TYPE_CHOICES"),
        ({"options": [_option("s", 1), _option("t")]}, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
        ({"options": [_option("g", 2, options=[])]}, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
        ({"options": [_option("s", 1, options=[_option("t", 1)])]}, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
        (
            {"options": [_option(autocomplete=True, choices=[{"name": "a", "value": "a"}])]},
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID",
        ),
        ({"default_member_permissions": "ban"}, "NUMBER_TYPE_COERCE"),
    ],
)
def test_what_is_wrong_with_a_command_is_said_with_discords_code(command: dict[str, Any], code: str) -> None:
    assert code in _codes(command)


def test_a_command_with_groups_and_subcommands_is_fine() -> None:
    group = _option("g", 2, options=[_option("s", 1, options=[_option("v", required=True)])])
    assert _codes({"options": [group, _option("t", 1)]}) == []


def test_two_commands_of_one_name_are_refused_in_one_scope() -> None:
    errors = FormErrors()
    check_all([{"name": "x", "description": "d"}, {"name": "x", "description": "e"}], errors)
    assert errors.tree["1"]["name"]["_errors"][0]["code"] == "APPLICATION_COMMANDS_DUPLICATE_NAME"


def test_a_subcommand_is_found_by_its_whole_name() -> None:
    state = seed_world(SandboxSettings(), 1_780_000_000.0)
    command = {"id": "1", "type": 1, "name": "roles", "options": [_option("add", 1, options=[_option("user", 6)])]}
    state.commands[0] = {1: command}
    found = find(state, GUILD_ONE, "/roles  add")
    assert found is not None
    assert [row["name"] for row in found.options] == ["user"]
    assert find(state, GUILD_ONE, "roles") is None
    assert [leaf.name for leaf in leaves(command)] == ["roles add"]


@pytest.mark.parametrize(
    ("needed", "permissions", "allowed"),
    [(None, 0, True), ("0", 4, False), ("0", ALL, True), ("4", 4, True), ("6", 4, False), ("6", 7, True)],
)
def test_default_member_permissions_ask_for_all_of_their_bits(
    needed: str | None, permissions: int, allowed: bool
) -> None:
    assert may_use({"default_member_permissions": needed}, permissions) is allowed


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (_option(max_length=3), "four"),
        (_option(), 3),
        (_option(kind=4), True),
        (_option(kind=4), 1.5),
        (_option(kind=4, min_value=0), -1),
        (_option(kind=10), "1"),
        (_option(kind=5), "true"),
        (_option(kind=6), "nobody"),
        (_option(kind=6), "1"),
        (_option(kind=8), str(person_id("member"))),
        (_option(kind=7, channel_types=[2]), str(GUILD_ONE + 22)),
        (_option(choices=[{"name": "A", "value": "a"}]), "b"),
        (_option(required=True), None),
    ],
)
def test_values_that_discords_client_would_not_send_are_refused(option: dict[str, Any], value: Any) -> None:
    state = seed_world(SandboxSettings(), 1_780_000_000.0)
    with pytest.raises(Problem) as refused:
        typed([option], {"one": value}, guild=state.guilds[GUILD_ONE], users=state.users)
    assert refused.value.status == 400
