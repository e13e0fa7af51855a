import itertools
from typing import get_args

import pytest

from bus.ids import Snowflake
from models import api_keys
from models.catalogue import BUILT_IN
from models.commands.messages import Broadcast
from models.commands.moderation import Ban
from models.permissions import LEVELS, Level, Permission
from web.authorization import (
    RULES,
    Action,
    Standing,
    key_standing,
    platform_standing,
    refusal_of,
    refusal_of_command,
    refusal_of_replay,
)
from web.principal import Principal, PrincipalKind

PERSON = Principal("user", "1", "Ada")
SCOPES = frozenset(api_keys.SCOPES)
OPERATOR = Principal("user", "2", "Bo", operator=True)


def key(
    *scopes: str,
    kind: PrincipalKind = "api_key",
    guild_ids: frozenset[int] | None = None,
    owner_id: Snowflake | None = None,
) -> Principal:
    return Principal(kind, "k", "key", scopes=frozenset(scopes), guild_ids=guild_ids, owner_id=owner_id)


EVERYBODY: set[Action] = {"catalogue.read", "templates.read", "account.read", "account.write"}
FOR_OPERATORS: set[Action] = {
    "platform_keys.read",
    "platform_keys.write",
    "templates.write",
    "platform.read",
    "platform.write",
}
VIEWER: set[Action] = {*EVERYBODY, "guild.view", "commands.read", "commands.write", "events.read", "presets.read"}
MODERATOR: set[Action] = {
    *VIEWER, "guild.channels", "audit.read", "analytics.read", "presets.write", "checks.read", "users.read",
}  # fmt: skip
ALLOWED: dict[Level, set[Action]] = {
    "viewer": VIEWER,
    "moderator": MODERATOR,
    "admin": set(get_args(Action)) - FOR_OPERATORS,
    "operator": set(get_args(Action)),
}


@pytest.mark.parametrize(("action", "level"), list(itertools.product(get_args(Action), LEVELS)))
def test_each_level_may_do_exactly_what_the_table_says(action: Action, level: Level) -> None:
    refusal = refusal_of(action, PERSON, Standing(level, 0))
    assert (refusal is None) is (action in ALLOWED[level])


@pytest.mark.parametrize("action", get_args(Action))
def test_what_is_not_known_is_denied_and_looks_like_nothing(action: Action) -> None:
    for principal in (PERSON, OPERATOR, key(*SCOPES)):
        refusal = refusal_of(action, principal, None)
        if principal.kind == "user" and action in EVERYBODY:
            assert refusal is None
        elif principal.kind == "api_key" and not RULES[action].keys:
            assert refusal is not None
            assert refusal.code == "not_permitted"
        elif RULES[action].level is not None:
            assert refusal is not None
            assert refusal.code == "guild_not_found"


@pytest.mark.parametrize("action", get_args(Action))
def test_a_key_needs_the_actions_scope_and_no_other(action: Action) -> None:
    scope, standing = RULES[action].scope, Standing("admin", int(Permission.ADMINISTRATOR))
    if not RULES[action].keys:
        assert refusal_of(action, key(*SCOPES, kind="script"), standing) is not None
        return
    if scope is None:
        assert refusal_of(action, key(), standing) is None
        return
    assert refusal_of(action, key(scope), standing) is None
    refusal = refusal_of(action, key(*(SCOPES - {scope})), standing)
    assert refusal is not None
    assert (refusal.code, refusal.missing) == ("scope_missing", scope)


def test_every_scope_is_needed_by_something() -> None:
    assert {rule.scope for rule in RULES.values()} - {None} == SCOPES


def test_outside_of_guilds_stand_operators_and_the_platforms_own_keys() -> None:
    assert platform_standing(OPERATOR) == Standing("operator", 0)
    assert platform_standing(key(kind="script")) is not None
    for principal in (PERSON, key(guild_ids=frozenset((1,))), key(owner_id=Snowflake(2))):
        assert platform_standing(principal) is None


def test_a_key_stands_only_in_its_guilds() -> None:
    assert key_standing(key(guild_ids=frozenset((1, 2))), 3) is None
    assert key_standing(key(guild_ids=frozenset((1, 2))), 2) is not None
    assert key_standing(key(), 3) is not None
    assert key_standing(PERSON, 3) is None


@pytest.mark.parametrize("spec", BUILT_IN, ids=lambda spec: spec.type)
def test_people_need_the_commands_permission(spec: type) -> None:
    standing = Standing("viewer", 0)
    needs_something = bool(spec.permission) or not spec.people  # type: ignore[attr-defined]
    assert (refusal_of_command(spec, PERSON, standing) is not None) is needs_something


def test_an_administrator_may_ban_but_not_broadcast() -> None:
    standing = Standing("admin", int(Permission.ADMINISTRATOR))
    assert refusal_of_command(Ban, PERSON, standing) is None
    assert refusal_of_command(Broadcast, PERSON, standing) is not None
    assert refusal_of_command(Broadcast, key(kind="script"), standing) is None
    assert refusal_of_command(Broadcast, key(owner_id=Snowflake(1)), standing) is not None
    refusal = refusal_of_command(Ban, PERSON, Standing("moderator", int(Permission.KICK_MEMBERS)))
    assert refusal is not None
    assert "Ban Members" in refusal.detail


def test_the_principal_says_where_its_commands_come_from() -> None:
    assert [one.source for one in (PERSON, key(), key(kind="script"))] == ["dashboard", "api", "script"]


def test_to_replay_takes_what_closing_a_letter_and_issuing_a_command_take() -> None:
    standing, guilds = Standing("admin", int(Permission.ADMINISTRATOR)), frozenset((1,))
    both = ("dead-letters:write", "commands:write")
    assert refusal_of_replay(PERSON, standing, 1) is None
    assert refusal_of_replay(key(*both), standing, 1) is None
    for scope in both:
        refusal = refusal_of_replay(key(*(set(both) - {scope}), kind="script"), standing, 1)
        assert refusal is not None
        assert (refusal.code, refusal.missing) == ("scope_missing", scope)
    assert refusal_of_replay(key(*both, kind="script"), standing, None) is None
    for principal in (key(*both), key(*both, kind="script", guild_ids=guilds)):
        refusal = refusal_of_replay(principal, standing, None)
        assert refusal is not None
        assert refusal.code == "not_permitted"
