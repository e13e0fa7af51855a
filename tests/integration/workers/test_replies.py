"""Answers to slash commands: edited in place, said elsewhere once that is over, and never lost on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bus.envelopes import Command
from bus.transport import Message
from models.command_record import CommandRecord
from sandbox.interactions.store import Interaction
from sandbox.seed import GUILD_ONE
from tests.integration.workers.commands import GENERAL, OWNER, a_command, answered_at
from tests.integration.workers.platform import Platform, a_deferred_interaction, an_interaction, defer
from tests.integration.workers.quick import ShiftedClock, eventually

ORIGINAL = "PATCH /webhooks/{webhook_id}/{token}/messages/@original"
MESSAGE = "POST /channels/{channel_id}/messages"


async def a_ping(platform: Platform, *, ephemeral: bool = False) -> tuple[Command, Interaction]:
    one = await a_deferred_interaction(platform.sandbox, ephemeral=ephemeral)
    return a_command("utility.ping", reply_to=answered_at(one, ephemeral=ephemeral)), one


async def delivered(platform: Platform, command: Command) -> CommandRecord:
    async def noted() -> CommandRecord | None:
        record = await platform.ledger.get(command.id)
        return record if record is not None and record.delivered_at is not None else None

    return await eventually(noted, "the note of the answer")


def said(platform: Platform) -> list[Any]:
    return [row for row in platform.effects() if row.route == "/channels/{channel_id}/messages"]


def edits(platform: Platform) -> list[Any]:
    return [row for row in platform.effects() if row.route.endswith("@original")]


async def test_the_deferred_answer_is_edited_and_the_moment_noted(on_both: Platform) -> None:
    platform = on_both
    command, one = await a_ping(platform)
    async with platform.worker():
        await platform.publish(command)
        record = await delivered(platform, command)
    assert record.settled_at is not None
    assert record.delivered_at is not None
    assert record.delivered_at >= record.settled_at
    [edit] = edits(platform)
    assert edit.body["content"].startswith("Pong!")
    assert one.replied
    assert said(platform) == []
    assert await platform.broker.depth("replies") == 0


@pytest.mark.parametrize("failure", [{"kind": "status", "status": 502}, {"kind": "lost_answer"}, {"kind": "drop"}])
async def test_an_answer_is_tried_again_until_discord_takes_it(platform: Platform, failure: dict) -> None:
    platform.fault(ORIGINAL, times=2, **failure)
    command, one = await a_ping(platform)
    async with platform.worker():
        await platform.publish(command)
        await delivered(platform, command)
    assert one.replied
    assert said(platform) == []


async def test_an_answer_that_discord_never_takes_does_not_stay_in_the_queue(platform: Platform) -> None:
    fault = platform.fault(ORIGINAL, "status", status=502)
    command, _ = await a_ping(platform)
    async with platform.worker():
        await platform.publish(command)

        async def given_up() -> bool:
            return fault.used >= 3 and await platform.broker.depth("replies") == 0

        await eventually(given_up)
    assert (await platform.record(command.id)).delivered_at is None


async def test_an_answer_past_its_fifteen_minutes_goes_to_the_channel_and_says_so(platform: Platform) -> None:
    clock = ShiftedClock()
    clock.advance(minutes=16)
    command, _ = await a_ping(platform)
    async with platform.worker(clock=clock):
        await platform.publish(command)
        await delivered(platform, command)
    [message] = said(platform)
    assert message.target is not None
    assert f"<@{OWNER}> (late answer to your command from <t:" in message.body["content"]
    assert "Pong!" in message.body["content"]
    assert edits(platform) == []
    assert platform.sandbox.world.state.guilds[GUILD_ONE].channels[int(GENERAL)].messages[-1].content.endswith(".")


async def test_what_only_one_person_may_see_goes_to_them_alone_when_late(platform: Platform) -> None:
    clock = ShiftedClock()
    clock.advance(minutes=16)
    command, _ = await a_ping(platform, ephemeral=True)
    async with platform.worker(clock=clock):
        await platform.publish(command)
        await delivered(platform, command)
    [message] = said(platform)
    assert message.guild_id is None, "a direct message"


async def test_a_closed_channel_leads_to_a_direct_message(platform: Platform) -> None:
    platform.fault(MESSAGE, "status", status=403, times=1)
    clock = ShiftedClock()
    clock.advance(minutes=16)
    command, _ = await a_ping(platform)
    async with platform.worker(clock=clock):
        await platform.publish(command)
        await delivered(platform, command)
    [message] = said(platform)
    assert message.guild_id is None


@pytest.mark.parametrize("loss", ["token", "message", "application"])
async def test_an_answer_that_is_gone_is_said_in_the_channel(platform: Platform, loss: str) -> None:
    command, one = await a_ping(platform)
    assert command.reply_to is not None
    match loss:
        case "token":
            changed = msgspec.structs.replace(command.reply_to, token="no-such-token")
            command = msgspec.structs.replace(command, reply_to=changed)
        case "application":
            changed = msgspec.structs.replace(command.reply_to, application_id=OWNER and command.guild_id)
            command = msgspec.structs.replace(command, reply_to=changed)
        case "message":
            await platform.sandbox.discord(
                "DELETE", f"/webhooks/{_application(command)}/{one.token}/messages/@original"
            )
    async with platform.worker():
        await platform.publish(command)
        await delivered(platform, command)
    [message] = said(platform)
    assert "Pong!" in message.body["content"]


async def test_an_answer_that_is_there_before_the_deferral_waits_for_it(platform: Platform) -> None:
    one = an_interaction(platform.sandbox)
    command = a_command("utility.ping", reply_to=answered_at(one))
    async with platform.worker():
        await platform.publish(command)
        await platform.end_of(command)
        await defer(platform.sandbox, one)
        await delivered(platform, command)
    assert one.replied
    assert said(platform) == []


async def test_a_late_answer_beside_what_its_command_posted_is_no_duplicate_of_it(platform: Platform) -> None:
    one = await a_deferred_interaction(platform.sandbox)
    reply_to = msgspec.structs.replace(answered_at(one), token="no-such-token")
    command = a_command("messages.announce", {"channel": str(reply_to.channel_id), "text": "hear"}, reply_to=reply_to)
    async with platform.worker():
        await platform.publish(command)
        await delivered(platform, command)
    assert [message.duplicate_of for message in said(platform)] == [None, None]


def _application(command: Command) -> int:
    assert command.reply_to is not None
    assert command.reply_to.application_id is not None
    return int(command.reply_to.application_id)


async def test_a_command_that_the_sweeper_rebuilt_is_answered_in_its_channel(platform: Platform) -> None:
    command, one = await a_ping(platform)
    await platform.ledger.record([command])
    await platform.publish(msgspec.structs.replace(command, reply_to=None, grant=None))
    async with platform.worker():
        await delivered(platform, command)
    [message] = said(platform)
    assert f"<@{OWNER}>" in message.body["content"]
    assert not one.replied


async def test_a_refusal_and_a_failure_are_answered_too(platform: Platform) -> None:
    one = await a_deferred_interaction(platform.sandbox)
    two = await a_deferred_interaction(platform.sandbox)
    late = a_command("utility.ping", reply_to=answered_at(one))
    late = msgspec.structs.replace(late, expires_at=late.issued_at - timedelta(seconds=1))
    failed = a_command("messages.announce", {"channel": "77", "text": "x"}, reply_to=answered_at(two))
    async with platform.worker():
        await platform.publish(late, failed)
        await delivered(platform, late)
        await delivered(platform, failed)
    answers = sorted(edit.body["content"] for edit in edits(platform))
    assert answers[0].startswith("It did not work: That channel does not exist")
    assert "expired" in answers[1]


async def test_a_reply_that_cannot_be_read_is_set_aside_without_its_token(platform: Platform) -> None:
    token = "planted-token-of-a-reply"
    body = b'{"command_id": 7, "to": {"token": "' + token.encode() + b'"}, "content": "x"}'
    async with platform.worker():
        await platform.send(Message("replies", "replies", body), user="worker")
        letter = await platform.letter(queue="replies", code="invalid_message")
    assert token not in str(letter)
