"""A second person for what cannot be undone: nothing is done before, and both must be who may when it is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bus.envelopes import Actor, Command
from bus.ids import new_id
from models import api_keys, approval_store
from models.approvals import Decision
from models.command_record import CommandRecord
from models.command_rules import key_of
from models.database import Database
from models.permissions import Permission
from sandbox.seed import GUILD_ONE, person_id
from tests.integration.workers.commands import CLOCK, CROWD, MEMBER, OWNER, a_command, answered_at
from tests.integration.workers.platform import Platform, a_deferred_interaction
from tests.integration.workers.quick import eventually
from tests.integration.workers.test_bulks import in_state
from tests.integration.workers.test_command_rules import change

MODERATOR = str(person_id("moderator"))
BAN = "moderation.ban"


@pytest.fixture(autouse=True)
async def nothing_is_left(database: Database) -> Any:
    """Neither settings nor what was counted, nor heartbeats of workers that another test killed."""

    async def tidy() -> None:
        for table in ("guild_settings_history", "guild_settings", "cooldowns", "processes", "members"):
            await database.fetch(f"WITH gone AS (DELETE FROM {table}) SELECT 1")  # noqa: S608

    await tidy()
    yield
    await tidy()


def a_ban(member: str = CROWD[3], **changes: Any) -> Command:
    return a_command(BAN, {"member": member, "reason": "spam"}, **changes)


def by(user_id: str, name: str = "Bea") -> dict[str, Any]:
    return {"actor": Actor(kind="user", id=user_id, name=name), "grant": None, "source": "dashboard"}


async def with_approval(platform: Platform, *types: str, **more: Any) -> None:
    assert (
        await change(platform, {**{key_of(type_, "approval"): True for type_ in types}, **more})
    ).state == "succeeded"


async def asked(platform: Platform, command: Command) -> CommandRecord:
    await platform.publish(command)
    return await platform.in_state(command, "awaiting_approval")


async def decide(platform: Platform, what: Command, who: str = MODERATOR, **options: Any) -> CommandRecord:
    type_ = "approval.decline" if "reason" in options else "approval.approve"
    command = a_command(type_, {"command": str(what.id), **options}, **by(who))
    await platform.publish(command, user="web")
    return await platform.end_of(command)


async def test_it_waits_is_approved_and_is_done_once(on_both: Platform) -> None:
    platform = on_both
    async with platform.worker():
        await with_approval(platform, BAN)
        one = await a_deferred_interaction(platform.sandbox)
        ban = a_ban(reply_to=answered_at(one))
        waiting = await asked(platform, ban)
        assert waiting.outcome is not None
        assert "somebody else who has Ban Members must approve it by" in waiting.outcome.message
        assert (await platform.told(ban, "awaiting_approval")).data["message"] == waiting.outcome.message

        async def answered() -> bool:
            return one.replied

        await eventually(answered, "the answer that it waits")
        assert platform.effects(ban) == [], "nothing was done"
        both = await asyncio.gather(decide(platform, ban), decide(platform, ban, str(person_id("admin"))))
        ended = await platform.end_of(ban)
        assert ended.state == "succeeded"
        assert len(platform.effects(ban)) == 1
        assert sorted(record.state for record in both) == ["failed", "succeeded"], "two at once act once"
        [late] = [record.outcome for record in both if record.state == "failed"]
        assert late is not None
        assert late.code == "already_decided"
    trail = await platform.audit(ban.id)
    assert [row["phase"] for row in trail] == ["note", "note", "intent", "outcome"]
    assert [row["detail"].get("approval") for row in trail] == ["requested", "approved", None, None]
    assert trail[1]["actor_id"] in (MODERATOR, str(person_id("admin")))
    states = [event.type for event in await platform.events(ban)]
    assert states == ["command.awaiting_approval", "command.running", "command.succeeded"]


async def test_a_decline_ends_it_and_is_told_on_discord(platform: Platform) -> None:
    async with platform.worker():
        await with_approval(platform, BAN)
        ban = a_ban(reply_to=answered_at(await a_deferred_interaction(platform.sandbox)))
        await asked(platform, ban)
        assert (await decide(platform, ban, reason="She is new here.")).state == "succeeded"
        ended = await platform.end_of(ban)
        assert ended.outcome is not None
        assert (ended.state, ended.outcome.code) == ("refused", "declined")
        assert "Bea declined it, so nothing was done: She is new here." in ended.outcome.message

        async def told() -> list[str]:
            texts = [str((row.body or {}).get("content", "")) for row in platform.sandbox.world.book.since(0)]
            return [text for text in texts if "declined" in text]

        [text] = await eventually(told, "the answer in the channel")
        assert "late answer to your command" in text
        again = await decide(platform, ban)
        assert again.outcome is not None
        assert again.outcome.code == "already_decided"
    assert platform.effects(ban) == []


@pytest.mark.parametrize(("who", "code"), [(OWNER, "own_command"), (MEMBER, "not_permitted")])
async def test_who_asked_and_who_may_not_do_it_cannot_decide(platform: Platform, who: str, code: str) -> None:
    async with platform.worker():
        await with_approval(platform, BAN)
        ban = a_ban()
        await asked(platform, ban)
        for options in ({}, {"reason": "no"}):
            refused = await decide(platform, ban, who, **options)
            assert refused.outcome is not None
            assert (refused.state, refused.outcome.code) == ("failed", code)
        assert (await platform.record(ban.id)).state == "awaiting_approval"


async def test_nobody_is_two_people_with_an_api_key_of_their_own(platform: Platform) -> None:
    scopes = ["commands:write"]
    own, _ = await api_keys.create(platform.database, name="mine", scopes=scopes, created_by=OWNER, owner_id=int(OWNER))
    nobodys, _ = await api_keys.create(platform.database, name="ci", scopes=scopes, created_by=OWNER)
    with_key = {"actor": Actor(kind="api_key", id=str(own.id)), "grant": None, "source": "api"}
    async with platform.worker():
        await with_approval(platform, BAN)
        by_hand, by_key = a_ban(), a_ban(CROWD[4], **with_key)
        await platform.publish(by_key, user="web")
        await platform.in_state(by_key, "awaiting_approval")
        await asked(platform, by_hand)
        for waiting, actor, code in (
            (by_hand, Actor(kind="api_key", id=str(own.id)), "own_command"),
            (by_key, Actor(kind="user", id=OWNER), "own_command"),
            (by_hand, Actor(kind="api_key", id=str(nobodys.id)), "approver_no_person"),
        ):
            source = "dashboard" if actor.kind == "user" else "api"
            approve = a_command(
                "approval.approve", {"command": str(waiting.id)}, actor=actor, grant=None, source=source
            )
            await platform.publish(approve, user="web")
            ended = await platform.end_of(approve)
            assert ended.outcome is not None
            assert (ended.state, ended.outcome.code) == ("failed", code)


@pytest.mark.parametrize("who", ["approver", "requester"])
async def test_whoever_lost_their_right_meanwhile_stops_it(platform: Platform, who: str) -> None:
    """Between the decision and the claim: the decision is written as if it had been made while they still might."""
    loser = MODERATOR if who == "approver" else OWNER
    async with platform.worker():
        await with_approval(platform, BAN)
        ban = a_ban(**(by(MODERATOR) if who == "requester" else by(OWNER, "Ada")))
        await platform.publish(ban, user="web")
        await platform.in_state(ban, "awaiting_approval")
        await demoted(platform, MODERATOR)
        await approved_by(platform, ban, OWNER if who == "requester" else loser)
        ended = await platform.end_of(ban)
    assert ended.outcome is not None
    assert ended.state == "refused"
    assert "Ban Members" in ended.outcome.message
    assert ended.outcome.code == ("approver_not_permitted" if who == "approver" else "not_permitted")
    assert ("Bea approved it, but may not do it at present" in ended.outcome.message) == (who == "approver")
    assert platform.effects(ban) == []


async def test_without_an_answer_it_expires_through_the_sweeper(platform: Platform) -> None:
    async with platform.worker():
        await with_approval(platform, BAN)
        ban = a_ban()
        await asked(platform, ban)
        await platform.database.fetch(
            "WITH late AS (UPDATE commands SET expires_at = now() - interval '1 minute', created_at = now() - interval "
            "'1 day', next_attempt_at = now() - interval '1 minute' WHERE id = $1) SELECT 1",
            ban.id,
        )
        ended = await platform.end_of(ban, seconds=30)
    assert ended.outcome is not None
    assert (ended.state, ended.outcome.code) == ("expired", "approval_expired")
    assert "Nobody approved it in time" in ended.outcome.message
    assert [row["phase"] for row in await platform.audit(ban.id)] == ["note", "refusal"]


async def test_rehearsals_switches_cooldowns_and_newer_commands_count_as_ever(platform: Platform) -> None:
    async with platform.worker():
        cooldown = {key_of(BAN, "user_cooldown"): {"seconds": 3600, "uses": 1}}
        await with_approval(platform, BAN, **cooldown)
        rehearsal = a_ban(dry_run=True)
        await platform.publish(rehearsal)
        assert (await platform.end_of(rehearsal)).state == "succeeded"
        ban = a_ban()
        await asked(platform, ban)
        second = a_ban(CROWD[4])
        await platform.publish(second)
        too_soon = await platform.end_of(second)
        assert too_soon.outcome is not None
        assert too_soon.outcome.code == "cooldown", "asking counts"
        assert (await decide(platform, ban)).state == "succeeded"
        assert (await platform.end_of(ban)).state == "succeeded", "and what was let in is not counted again"


async def test_while_discord_cannot_be_asked_it_waits_and_is_not_begun(platform: Platform) -> None:
    """Begun, to be tried again, it would have gone past the second person."""
    async with platform.worker():
        await with_approval(platform, BAN)
        platform.fault("GET /guilds/{guild_id}/members/{user_id}", "status", status=503, times=3)
        ban = a_ban(**by(MODERATOR))
        await platform.publish(ban, user="web")
        assert (await platform.in_state(ban, "awaiting_approval")).attempt == 1
        assert (await decide(platform, ban, OWNER)).state == "succeeded"
        assert (await platform.end_of(ban, seconds=30)).state == "succeeded"


async def test_a_bulk_is_approved_as_a_whole(platform: Platform) -> None:
    members = CROWD[5:8]
    async with platform.worker():
        await with_approval(platform, BAN)
        bulk = a_command("bulk.start", {"command": BAN, "members": members})
        await asked(platform, bulk)
        assert (await decide(platform, bulk)).state == "succeeded"
        assert (await platform.end_of(bulk)).state == "succeeded"
        done = await in_state(platform, bulk.id, "finished")
    assert (done.done, done.failed) == (3, 0)


async def test_no_child_goes_without_the_approval_of_its_bulk(platform: Platform) -> None:
    """A bulk that was started before the server asked for approvals: its other children wait, each by itself."""
    async with platform.worker():
        bulk = a_command("bulk.start", {"command": BAN, "members": CROWD[8:9]})
        await platform.publish(bulk)
        await in_state(platform, bulk.id, "finished")
        await with_approval(platform, BAN)
        child = a_ban(CROWD[9], parent_id=bulk.id, lane="bulk")
        await asked(platform, child)


async def demoted(platform: Platform, user_id: str) -> None:
    """As guild state knows them from now on: a member who may nothing."""
    guild = platform.sandbox.world.state.guilds[GUILD_ONE]
    guild.members[int(user_id)].roles.clear()
    assert not guild.roles[GUILD_ONE].permissions & Permission.BAN_MEMBERS


async def approved_by(platform: Platform, what: Command, user_id: str) -> None:
    actor = Actor(kind="user", id=user_id, name="Bea")
    decision = Decision(verdict="approved", by=actor, at=CLOCK.now(), command_id=new_id(CLOCK.now()))
    async with platform.database.transaction() as connection:
        await approval_store.decide(connection, what.id, decision, source="dashboard")
