"""What a server's overview says is wrong, and what it says to do about it."""

from __future__ import annotations

import pytest

from models.permissions import Permission
from web.pages.troubles import State, troubles_of


def test_where_nothing_is_wrong_nothing_is_said() -> None:
    assert troubles_of(State()) == []


@pytest.mark.parametrize(
    ("state", "kind", "title", "fix"),
    [
        (State(broker=False), "bad", "The broker cannot be reached", "start RabbitMQ"),
        (State(discord=False), "bad", "Discord does not answer", "tried again by themselves"),
        (State(bot=False), "bad", "The bot is not connected", "Slash commands are not answered"),
        (State(bot=False, bot_waits_for="Waits for its token."), "bad", "The bot is not connected", "for its token."),
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
    state = State(broker=False, bot_lacks=Permission.BAN_MEMBERS, discord=False, invite="https://discord.test/invite")
    found = troubles_of(state)
    assert [one.kind for one in found] == ["bad", "bad", "warn"]
    assert found[-1].href == "https://discord.test/invite"
