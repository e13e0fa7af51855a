from __future__ import annotations

from datetime import timedelta

import pytest

from bot.commands import Refusal, find_spec, to_command
from bus import codec
from bus.envelopes import Command
from bus.ids import derived_id, snowflake_time
from models.catalogue import BUILT_IN, Catalogue
from models.command_rules import key_of
from models.guild_rules import RulesInForce
from tests.unit.bot.samples import GUILD, ID, TARGET, USER, interaction, option, sub

CATALOGUE = Catalogue(BUILT_IN)
RULES = RulesInForce(CATALOGUE)
BAN = [option("member", TARGET, 6), option("reason", "spam")]


def ruled(**settings: object) -> RulesInForce:
    rules = RulesInForce(CATALOGUE)
    rules.learn(int(GUILD), settings)
    return rules


def made(**changes: object) -> Command:
    command = to_command(interaction(options=BAN, **changes), CATALOGUE, RULES)
    assert isinstance(command, Command)
    return command


def refused(*args: object, **changes: object) -> str:
    refusal = to_command(interaction(*args, **changes), CATALOGUE, RULES)
    assert isinstance(refusal, Refusal)
    return refusal.text


def test_the_same_interaction_is_always_the_same_command() -> None:
    assert made() == made()
    assert made().id == derived_id(snowflake_time(int(ID)), "interaction", ID)


def test_the_command_says_who_what_where_and_until_when() -> None:
    command = made()
    assert command.type == "moderation.ban"
    assert str(int(command.guild_id or 0)) == GUILD
    assert (command.actor.kind, command.actor.id, command.actor.name) == ("user", USER, "Chiara")
    assert command.subject == f"member:{TARGET}"
    assert command.options == {"member": TARGET, "reason": "spam"}
    assert command.issued_at == snowflake_time(int(ID))
    assert command.expires_at == command.issued_at + timedelta(minutes=15)
    assert command.correlation_id == command.id
    assert (command.source, command.lane) == ("bot", "interactive")


def test_the_permissions_are_those_that_discord_sent_with_the_interactions_time() -> None:
    grant = made().grant
    assert grant is not None
    assert (grant.permissions, grant.at) == ("4", snowflake_time(int(ID)))


def test_the_reply_goes_to_the_interaction_in_the_users_language() -> None:
    reply_to = made().reply_to
    assert reply_to is not None
    assert (reply_to.token, reply_to.locale, reply_to.ephemeral) == ("the-token", "de", False)


def test_the_message_is_one_that_a_worker_can_read() -> None:
    command = made()
    assert codec.decode(codec.encode(command), Command) == command


def test_the_token_is_shown_by_no_repr() -> None:
    assert "the-token" not in repr(interaction()) + repr(made())


def test_a_private_guild_or_a_private_spec_is_answered_privately() -> None:
    private = to_command(interaction(options=BAN), CATALOGUE, ruled(private_replies=True))
    options = [sub("set", option("key", "timezone"), option("value", "UTC"))]
    setting = to_command(interaction("settings", options), CATALOGUE, RULES)
    for command in (private, setting):
        assert isinstance(command, Command)
        assert command.reply_to is not None
        assert command.reply_to.ephemeral


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("enabled", False, "disabled in this server"),
        ("roles", {"default": "deny", "except": ["7"]}, "only <@&7>"),
        ("roles", {"default": "allow", "except": ["8"]}, "members of <@&8>"),
        ("channels", {"default": "deny", "except": ["9"]}, "Use it in <#9>"),
    ],
)
def test_what_the_guild_does_not_allow_is_refused_at_once_and_says_what_would_do(field, value, words) -> None:
    member = {"user": {"id": USER, "username": "chiara.vane"}, "permissions": "4", "roles": ["8"]}
    rules = ruled(**{key_of("moderation.ban", field): value})
    refusal = to_command(interaction(options=BAN, member=member), CATALOGUE, rules)
    assert isinstance(refusal, Refusal)
    assert words in refusal.text
    assert "Nothing was done" in refusal.text
    allowed = to_command(interaction("unban", BAN[:1], member=member), CATALOGUE, rules)
    assert isinstance(allowed, Command), "only the command that the rules name"


def test_a_command_can_be_private_or_public_for_itself() -> None:
    private = to_command(
        interaction(options=BAN), CATALOGUE, ruled(**{key_of("moderation.ban", "private_reply"): True})
    )
    public = to_command(
        interaction(options=BAN),
        CATALOGUE,
        ruled(private_replies=True, **{key_of("moderation.ban", "private_reply"): False}),
    )
    assert [one.reply_to.ephemeral for one in (private, public)] == [True, False]


def test_a_subcommand_is_found_by_its_whole_path() -> None:
    found = find_spec(CATALOGUE, interaction("role", [sub("add")]))
    assert found is not None
    assert found.type == "roles.add"


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ([], "member"),
        ([option("member", "me", 6)], "Snowflake"),
        ([*BAN, option("colour", "blue")], "colour"),
        ([*BAN, option("delete_days", 8, 4)], "delete_days"),
        ([option("member", TARGET, 6), option("reason", "a\0b")], "NUL"),
    ],
)
def test_options_that_the_spec_refuses_are_told_and_nothing_is_published(options: list, hint: str) -> None:
    text = refused("ban", options)
    assert "Nothing was done" in text
    assert hint.lower() in text.lower() or "snowflake" in text.lower()


def test_an_unknown_command_is_refused() -> None:
    assert "/nonsense" in refused("nonsense")


def test_a_command_that_belongs_to_a_guild_is_none_of_ours() -> None:
    assert "not known" in refused("ban", BAN, data={"guild_id": GUILD})


def test_use_in_a_direct_message_is_refused() -> None:
    user = {"id": USER, "username": "chiara.vane"}
    assert "inside a server" in refused("ban", BAN, guild_id=None, member=None, user=user)
