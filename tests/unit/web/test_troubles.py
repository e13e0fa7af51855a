"""What a server's overview says is wrong, and what it says to do about it."""

from __future__ import annotations

import pytest

from models.permissions import Permission
from web.pages.troubles import State, bot_trouble, trouble_of_absence, troubles_of


def _a_bot(waits_for: str) -> State:
    return State(bots=frozenset({(0, 1, waits_for)}))


def test_where_nothing_is_wrong_nothing_is_said() -> None:
    assert troubles_of(State()) == []


@pytest.mark.parametrize(
    ("state", "kind", "title", "fix"),
    [
        (State(broker=False), "bad", "The broker cannot be reached", "start RabbitMQ"),
        (State(discord="answers 503"), "bad", "Discord has trouble", "It answers 503. Commands are kept, and tried"),
        (State(calls_paused=True), "bad", "Discord has trouble", "The last calls to it failed"),
        (State(bots=frozenset()), "bad", "The bot is not connected", "has not been heard for 15 s"),
        (_a_bot("Waits for its token."), "bad", "The bot is not connected", "It says: Waits for its token."),
        (
            State(bot_lacks=Permission.MANAGE_ROLES | Permission.BAN_MEMBERS),
            "warn",
            "The bot lacks Ban Members, Manage Roles",
            "Give it to the bot's role",
        ),
    ],
)
def test_each_trouble_is_told_with_its_fix(state: State, kind: str, title: str, fix: str) -> None:
    [trouble] = troubles_of(state)
    assert (trouble.kind, trouble.title) == (kind, title)
    assert fix in trouble.fix


def test_what_is_mended_on_discord_is_linked_and_the_worst_comes_first() -> None:
    lacks, invite = Permission.BAN_MEMBERS, "https://discord.test/invite"
    state = State(broker=False, bot_lacks=lacks, discord="answers 503", invite=invite)
    found = troubles_of(state)
    assert [one.kind for one in found] == ["bad", "bad", "warn"]
    assert found[-1].href == "https://discord.test/invite"


def test_a_server_is_told_of_its_own_shard_only() -> None:
    bots = frozenset({(0, 2, ""), (1, 2, "reconnecting")})
    assert bot_trouble(bots, 0 << 22) == ""
    assert bot_trouble(bots, 1 << 22) == "It says: reconnecting."


def test_who_may_invite_the_bot_gets_the_link_and_others_are_told_whom_to_ask() -> None:
    one = trouble_of_absence("Night Market", "https://discord.test/invite")
    assert (one.title, one.href) == ("The bot is not in Night Market", "https://discord.test/invite")
    other = trouble_of_absence("Night Market", "")
    assert (other.href, other.action) == ("", "")
    assert "Ask somebody who may manage the server" in other.fix
