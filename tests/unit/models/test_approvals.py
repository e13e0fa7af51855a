"""Which commands wait for a second person, how long, and who may be that person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bus.envelopes import Actor
from bus.ids import Snowflake, new_id
from models.approvals import (
    APPROVAL_LIFE,
    Approval,
    Decision,
    deadline_of,
    needs_approval,
    stage_of,
    trouble_of_moment,
    trouble_of_person,
)
from models.catalogue import load_catalogue
from models.command_rules import NO_RULES, CommandRules, rules_of
from models.commands.bulk import RetryBulk, StartBulk
from models.commands.moderation import Ban, Warn
from models.guild_settings import settings_of
from tests.unit.workers.making import NOW, a_command
from workers.approvals import refusal_of

TWO = CommandRules(approval=True)
BEA = Actor(kind="user", id="7", name="Bea")
APPROVED = Decision(verdict="approved", by=BEA, at=NOW, command_id=new_id(NOW))
DECLINED = Decision(verdict="declined", by=BEA, at=NOW, command_id=new_id(NOW), reason="She is new here.")
SYSTEM = Actor(kind="system", id="follow-up")


def test_a_second_person_is_asked_where_any_of_the_rules_says_so() -> None:
    assert needs_approval(a_command(), [TWO])
    assert needs_approval(a_command(), [NO_RULES, TWO]), "a bulk of what needs approval"
    assert not needs_approval(a_command(), [NO_RULES])


@pytest.mark.parametrize("changes", [{"dry_run": True}, {"guild_id": None}, {"actor": SYSTEM}])
def test_rehearsals_follow_ups_and_what_is_of_no_server_need_none(changes) -> None:
    assert not needs_approval(a_command(**changes), [TWO])


@pytest.mark.parametrize(
    ("approval", "stage"),
    [
        (Approval(), "ask"),
        (Approval("queued"), "ask"),
        (Approval("awaiting_approval"), "ask"),
        (Approval("awaiting_approval", APPROVED), "approved"),
        (Approval("retrying", APPROVED), "approved"),
        (Approval("queued", APPROVED), "approved"),  # a child of a bulk that was approved
        (Approval("awaiting_approval", DECLINED), "declined"),
        (Approval("retrying"), "begun"),
        (Approval("running"), "begun"),
        (Approval("succeeded"), "begun"),
    ],
)
def test_how_far_a_command_is(approval, stage) -> None:
    assert stage_of(approval) == stage


def test_it_waits_a_day_or_until_who_sent_it_does_not_want_it_any_more() -> None:
    soon, late = NOW + timedelta(hours=1), NOW + timedelta(days=5)
    assert deadline_of(a_command(source="api", expires_at=None), NOW) == NOW + APPROVAL_LIFE
    assert deadline_of(a_command(source="api", expires_at=soon), NOW) == soon
    assert deadline_of(a_command(source="api", expires_at=late), NOW) == NOW + APPROVAL_LIFE
    assert deadline_of(a_command(source="bot", expires_at=soon), NOW) == NOW + APPROVAL_LIFE, "Discord's 15 minutes"


@pytest.mark.parametrize(
    ("asked_by", "decided_by", "code"),
    [
        (1, 2, None),
        (None, 2, None),
        (1, 1, "own_command"),
        (1, None, "approver_no_person"),
        (None, None, "approver_no_person"),
    ],
)
def test_the_second_person_is_a_person_and_another_one(asked_by, decided_by, code) -> None:
    trouble = trouble_of_person(asked_by=asked_by, decided_by=decided_by)
    assert (None if trouble is None else trouble.code) == code


@pytest.mark.parametrize(
    ("approval", "code"),
    [
        (Approval("awaiting_approval", None, NOW + timedelta(seconds=1)), None),
        (Approval("awaiting_approval", None, NOW), "approval_expired"),
        (Approval("awaiting_approval", APPROVED, NOW), "already_decided"),
        (Approval("succeeded", APPROVED, NOW), "already_decided"),
        (Approval("cancelled"), "not_awaiting_approval"),
        (Approval("running"), "not_awaiting_approval"),
    ],
)
def test_only_what_waits_can_be_decided_and_only_once(approval, code) -> None:
    trouble = trouble_of_moment(approval, NOW)
    assert (None if trouble is None else trouble.code) == code


def test_whoever_asks_is_told_for_whom_it_waits_and_until_when() -> None:
    refusal = refusal_of(a_command(), Ban, Approval(), NOW)
    assert refusal is not None
    assert (refusal.state, refusal.not_begun, refusal.until) == ("awaiting_approval", True, NOW + APPROVAL_LIFE)
    assert "somebody else who has Ban Members" in refusal.message
    assert f"{NOW + APPROVAL_LIFE:%H:%M} UTC" in refusal.message


def test_a_decline_and_a_day_without_an_answer_end_it_with_words() -> None:
    until = NOW + timedelta(hours=2)
    declined = refusal_of(a_command(), Ban, Approval("awaiting_approval", DECLINED, until), NOW)
    assert declined is not None
    assert (declined.state, declined.code, declined.not_begun) == ("refused", "declined", True)
    assert declined.message == "Bea declined it, so nothing was done: She is new here."
    late = refusal_of(a_command(), Ban, Approval("awaiting_approval", None, until), until)
    assert late is not None
    assert (late.state, late.code) == ("expired", "approval_expired")
    assert refusal_of(a_command(), Ban, Approval("awaiting_approval", APPROVED, until), NOW) is None
    assert refusal_of(a_command(), Ban, Approval("retrying"), NOW) is None, "begun before the server asked for it"


def test_only_destructive_commands_can_be_made_to_need_approval() -> None:
    known = settings_of(load_catalogue())
    asked = {setting.command for key, setting in known.items() if key.endswith(".approval")}
    assert asked == {type_ for type_, spec in load_catalogue().by_type.items() if spec.destructive}
    assert rules_of({"commands.moderation.ban.approval": True}, Ban).approval
    assert not rules_of({}, Ban).approval
    assert not rules_of({"commands.moderation.warn.approval": True}, Warn).approval


def test_a_bulk_leads_to_what_it_does_for_each() -> None:
    start = StartBulk(command="moderation.ban", members=[Snowflake(1)])
    assert (start.leads_to(), Ban(member=Snowflake(1)).leads_to()) == ("moderation.ban", None)
    bulk = new_id(NOW)
    assert RetryBulk(bulk=bulk).leads_to() == bulk
