from __future__ import annotations

from uuid import UUID

import pytest

from bus.errors import InvalidMessage
from models.catalogue import BUILT_IN, Catalogue
from models.checks import Authority, Facts, first_trouble, of_cooldown, walk
from models.command_rules import Allowance, CommandRules, Cooldown, key_of, rules_of
from models.commands.moderation import Ban
from models.commands.settings import SetSetting
from models.cooldowns import Wait, wait_seconds
from models.guild_rules import RulesInForce
from models.guild_settings import check_changes, read_setting, settings_of
from models.permissions import Permission
from models.setting_kinds import in_words
from models.settings_store import changes_to

CATALOGUE = Catalogue(BUILT_IN)
MAY_BAN = Authority("guild_state", None, permissions=int(Permission.BAN_MEMBERS))
ID, OTHER = UUID(int=1), UUID(int=2)


def ban(field: str) -> str:
    return key_of("moderation.ban", field)


def facts(**changes):
    return Facts(**{"spec": Ban, "is_person": True, "authority": MAY_BAN, **changes})


@pytest.mark.parametrize(
    ("allowance", "held", "admitted"),
    [
        (Allowance(), [1], True),
        (Allowance("allow", (1,)), [1, 2], False),
        (Allowance("allow", (1,)), [2], True),
        (Allowance("deny", (1,)), [1, 2], True),
        (Allowance("deny", (1,)), [2], False),
        (Allowance("deny"), [2], False),
    ],
)
def test_allow_for_all_except_and_deny_for_all_except(allowance, held, admitted):
    assert allowance.admits(held) is admitted


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("timezone", "Europe/Lisbon", "Europe/Lisbon"),
        ("timezone", "UTC", None),
        ("log_channel", "<#55>", "55"),
        ("log_channel", "", None),
        ("moderator_roles", "<@&7> 3, 7", ["3", "7"]),
        (ban("enabled"), "off", False),
        (ban("enabled"), "on", None),
        (ban("user_cooldown"), "30", {"seconds": 30, "uses": 1}),
        (ban("user_cooldown"), "3/60", {"seconds": 60, "uses": 3}),
        (ban("guild_cooldown"), "off", {"seconds": 0, "uses": 1}),
        (ban("roles"), "deny except <@&2> <@&1>", {"default": "deny", "except": ["1", "2"]}),
        (ban("channels"), "allow", None),
        (ban("private_reply"), "yes", True),
        (ban("private_reply"), "default", None),
    ],
)
def test_what_a_person_types_is_read_and_a_default_is_not_kept(key, text, value):
    assert read_setting(key, text, CATALOGUE) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("timezone", "Europe/Lisbon"),
        ("moderator_roles", ["3", "7"]),
        (ban("enabled"), False),
        (ban("user_cooldown"), {"seconds": 60, "uses": 3}),
        (ban("guild_cooldown"), {"seconds": 0, "uses": 1}),
        (ban("roles"), {"default": "deny", "except": ["1", "2"]}),
        (ban("channels"), {"default": "deny", "except": []}),
        (ban("private_reply"), None),
    ],
)
def test_a_value_in_words_is_read_again_as_the_same(key, value):
    assert read_setting(key, in_words(value), CATALOGUE) == value


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "nothing to change"),
        ({"timezone": "Mars/Olympus"}, "time zone"),
        ({"timezone": 5}, "time zone"),
        ({"private_replies": "yes"}, "private_replies"),
        ({ban("user_cooldown"): {"seconds": -1}}, ban("user_cooldown")),
        ({ban("user_cooldown"): {"seconds": 5, "uses": 0}}, ban("user_cooldown")),
        ({ban("roles"): {"default": "perhaps"}}, ban("roles")),
        ({ban("roles"): {"default": "deny", "except": ["x"]}}, ban("roles")),
        ({"commands.moderation.ban.colour": "red"}, "there is no setting"),
        ({"commands.settings.set.enabled": False}, "cannot be restricted"),
    ],
)
def test_what_no_setting_takes_is_refused_with_its_name(changes, words):
    with pytest.raises(InvalidMessage, match=words):
        check_changes(changes, CATALOGUE)


def test_nobody_can_lock_themselves_out_of_the_settings():
    stored = {key_of("settings.set", "enabled"): False, key_of("settings.set", "roles"): {"default": "deny"}}
    assert rules_of(stored, SetSetting) == CommandRules()
    assert not [key for key in settings_of(CATALOGUE) if key.startswith("commands.settings.")]


def test_settings_that_cannot_be_read_stop_nobody():
    rules = RulesInForce(CATALOGUE)
    rules.learn(1, {ban("roles"): "nonsense", key_of("moderation.kick", "enabled"): False})
    assert rules.of(1, Ban) == CommandRules()
    assert not rules.of(1, CATALOGUE.by_type["moderation.kick"]).enabled


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"guild_gone": True}, "guild_gone"),
        ({"rules": CommandRules(enabled=False)}, "disabled"),
        ({"switched_off": "repairs"}, "switched_off"),
        ({"authority": Authority("guild_state", None, permissions=0)}, "not_permitted"),
        ({"authority": Authority("unknown", None)}, "permission_unknown"),
        ({"rules": CommandRules(roles=Allowance("deny", (5,)))}, "roles_unknown"),
        ({"rules": CommandRules(roles=Allowance("deny", (5,))), "roles": frozenset((4,))}, "role_denied"),
        ({"rules": CommandRules(roles=Allowance("deny", (5,))), "roles": frozenset((5,))}, None),
        ({"rules": CommandRules(roles=Allowance("deny", (5,))), "is_person": False}, None),
        ({"rules": CommandRules(channels=Allowance("allow", (9,))), "channel_id": 9}, "channel_denied"),
        ({"rules": CommandRules(channels=Allowance("deny", (9,))), "channel_id": None}, None),
        ({"rules": CommandRules(enabled=False), "switched_off": "repairs"}, "disabled"),
    ],
)
def test_the_first_check_that_does_not_pass_decides(changes, code):
    trouble = first_trouble(facts(**changes))
    assert (trouble and trouble.code) == code
    listed = [check.trouble.code for check in walk(facts(**changes)) if check.trouble is not None]
    assert listed[:1] == ([code] if code else [])


def test_the_list_has_every_check_in_order_and_a_fix_for_each_that_fails():
    nothing_goes = facts(
        guild_gone=True,
        switched_off="repairs",
        authority=Authority("guild_state", None, permissions=0),
        rules=CommandRules(enabled=False, roles=Allowance("deny"), channels=Allowance("deny")),
        roles=frozenset((4,)),
        channel_id=9,
    )
    checks = walk(nothing_goes)
    assert [check.name for check in checks] == [
        "bot_present", "enabled", "kill_switch", "permission", "roles", "channel"
    ]  # fmt: skip
    assert all(check.state == "failed" and check.trouble and check.trouble.fix for check in checks)
    assert walk(facts(authority=Authority("unknown", None)))[3].state == "unknown"


@pytest.mark.parametrize(
    ("counted", "seconds"),
    [
        ([], 0.0),
        ([(OTHER, 95.0)], 0.0),
        ([(OTHER, 91.0), (OTHER, 95.0)], 1.0),
        ([(OTHER, 80.0), (OTHER, 95.0)], 0.0),
        ([(OTHER, 90.0), (OTHER, 95.0)], 0.0),
        ([(ID, 91.0), (OTHER, 95.0)], 0.0),
        ([(OTHER, 91.0), (OTHER, 94.0), (OTHER, 95.0)], 4.0),
    ],
)
def test_two_uses_in_any_ten_seconds(counted, seconds):
    told = wait_seconds([(str(id), at) for id, at in counted], Cooldown(10, 2), ID, now=100.0)
    assert told == pytest.approx(seconds)


def test_a_refused_use_is_told_when_to_try_again():
    trouble = of_cooldown(Wait(Cooldown(60, 3), of_everybody=False, seconds=11.2))
    assert trouble is not None
    assert "try again in 12 s" in trouble.message
    assert "3 times in 60 s" in trouble.message


def test_what_leads_from_one_version_to_another():
    assert changes_to({"a": 1, "b": 2}, {"b": 3, "c": 4}) == {"a": None, "b": 3, "c": 4}
