from __future__ import annotations

from datetime import timedelta

import pytest

from bus.envelopes import Actor
from models.checks import OWNER_RANK, Authority, Facts, first_trouble, of_targets
from models.commands.messages import Broadcast
from models.commands.moderation import Ban
from models.permissions import Permission
from tests.unit.workers.making import NOW, a_command
from workers.gate import expired, refused_for

BANNER = Authority("guild_state", NOW, permissions=int(Permission.BAN_MEMBERS))


def refused(command=None, *, spec=Ban, authority=BANNER, now=NOW, **facts):
    command = command or a_command()
    has_guild, is_person = command.guild_id is not None, command.actor.kind == "user"
    asked = Facts(spec=spec, is_person=is_person, authority=authority, has_guild=has_guild, **facts)
    return expired(command, now=now) or refused_for(first_trouble(asked))


def test_who_holds_the_permission_may():
    assert refused() is None


def test_an_administrator_may_everything():
    assert refused(authority=Authority("guild_state", NOW, permissions=int(Permission.ADMINISTRATOR))) is None


def test_who_lacks_the_permission_is_told_which():
    answer = refused(authority=Authority("guild_state", NOW, permissions=int(Permission.KICK_MEMBERS)))
    assert answer is not None
    assert answer.code == "not_permitted"
    assert "Ban Members" in answer.message


def test_unknown_denies():
    answer = refused(authority=Authority("unknown", None))
    assert answer is not None
    assert answer.code == "permission_unknown"


@pytest.mark.parametrize(
    ("changes", "state", "code"),
    [
        ({"command": a_command(expires_at=NOW - timedelta(seconds=1))}, "expired", "expired"),
        ({"switched_off": "maintenance"}, "refused", "switched_off"),
        ({"guild_gone": True}, "refused", "guild_gone"),
        ({"command": a_command(guild_id=None)}, "refused", "guild_needed"),
        ({"spec": Broadcast}, "refused", "not_permitted"),
    ],
)
def test_reasons_not_to_run(changes, state, code):
    answer = refused(**changes)
    assert answer is not None
    assert (answer.state, answer.code) == (state, code)


def test_a_switch_stops_the_platform_itself_too():
    platform = Authority("platform", NOW, allowed=True)
    command = a_command(actor=Actor(kind="system", id="follow-up"))
    assert refused(command, authority=platform) is None
    assert refused(command, authority=platform, switched_off="maintenance") is not None


@pytest.mark.parametrize(
    ("actor_rank", "targets", "foreign", "code"),
    [
        (5, {"member": 4}, [], None),
        (5, {"member": 5}, [], "outranked"),
        (OWNER_RANK, {"member": 250}, [], None),
        (250, {"member": OWNER_RANK}, [], "outranked"),
        (None, {"member": 5}, [], None),
        (None, {}, [77], "channel_elsewhere"),
    ],
)
def test_targets_out_of_reach(actor_rank, targets, foreign, code):
    answer = of_targets(actor_rank=actor_rank, target_ranks=targets, foreign_channels=foreign)
    assert (answer and answer.code) == code
