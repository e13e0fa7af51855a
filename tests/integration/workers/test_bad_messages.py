"""Bad input from the broker: each becomes a dead letter with the reason, and nothing else is disturbed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from bus import codec
from bus.envelopes import Actor, ReplyTo
from bus.ids import Snowflake
from bus.transport import Message
from models.outcome import Outcome
from tests.integration.workers.commands import CROWD, a_command
from tests.integration.workers.platform import Platform
from tests.integration.workers.quick import eventually
from workers.handlers.table import load_handlers
from workers.ports import Call, Handler

KEY = "interactive.moderation.warn"
TOKEN = "planted-token-of-an-interaction"


def a_body(**changes: Any) -> dict[str, Any]:
    command = a_command("moderation.warn", {"member": CROWD[0], "reason": "loud"})
    body: dict[str, Any] = codec.to_builtins(command)
    return {**body, **changes}


def raw(body: object) -> bytes:
    return msgspec.json.encode(body)


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "malformed JSON": (lambda: raw(a_body(reply_to={"token": TOKEN}))[:-1], "truncated"),
    "no JSON": (lambda: b"\xff\xfe\x00", "malformed"),
    "a list": (lambda: b"[]", "object"),
    "an unknown type": (lambda: raw(a_body(type="moderation.explode")), "moderation.explode"),
    "an unknown version": (lambda: raw(a_body(version=99)), "99"),
    "a field too many": (lambda: raw(a_body(colour="red")), "colour"),
    "an option too many": (lambda: raw(a_body(options={"member": CROWD[0], "reason": "x", "why": 1})), "why"),
    "a number out of range": (
        lambda: raw(a_body(type="moderation.timeout", options={"member": CROWD[0], "minutes": 0})),
        "minutes",
    ),
    "a snowflake that is none": (lambda: raw(a_body(options={"member": "-1", "reason": "x"})), "member"),
    "NUL in a text": (lambda: raw(a_body(options={"member": CROWD[0], "reason": "a\x00b"})), "NUL"),
    "half a surrogate pair": (
        lambda: raw(a_body(options={"member": CROWD[0], "reason": "a@b"})).replace(b"@", b"\\ud800"),
        "surrogate",
    ),
    "2 MB that compress well": (lambda: raw(a_body(options={"reason": "x" * 2_000_000})), "bytes"),
    "64 MB that become 64 KB on the way": (lambda: b'{"id":' + b" " * 64_000_000, "decompresses to more than"),
    "2 MB that do not": (lambda: os.urandom(2_000_000), "bytes"),
    "an id from long ago": (lambda: raw(a_body(id="01800000-0000-7000-8000-000000000000")), "too far from now"),
    "an id from beyond all calendars": (lambda: raw(a_body(id="ffffffff-ffff-7fff-bfff-ffffffffffff")), "year 9999"),
    "an issue date of no calendar": (lambda: raw(a_body(issued_at="9999-12-31T23:59:59Z")), "issued_at"),
    "an id of another kind": (lambda: raw(a_body(id="6f2c1c80-8f0e-4d57-9d0a-2f6a4a3a8a11")), "id"),
    "another component's source": (lambda: raw(a_body(source="api")), "may not send source"),
    "another component's actor": (
        lambda: raw(a_body(actor={"kind": "system", "id": "x"}, grant=None)),
        "may not act as",
    ),
}


async def test_one_bad_message_is_set_aside_with_its_reason_and_its_batch_goes_on(on_both: Platform) -> None:
    platform = on_both
    good = [a_command("moderation.warn", {"member": CROWD[1], "reason": name}) for name in BAD]
    messages: list[Message] = []
    for command, (body, _) in zip(good, BAD.values(), strict=True):
        messages += [Message("commands", KEY, codec.encode(command)), Message("commands", KEY, body())]
    await platform.send(*messages)
    async with platform.worker():
        for command in good:
            assert (await platform.end_of(command)).state == "succeeded"
        for name, (_, reason) in BAD.items():

            async def filed(reason: str = reason) -> list[Any]:
                return [row for row in await platform.letters() if reason.lower() in row["reason"].lower()]

            letters = await eventually(filed, f"the letter for {name}")
            assert letters[0]["code"] == "invalid_message"
            assert letters[0]["queue"] == "commands.interactive"
        assert len(await platform.letters(code="invalid_message")) >= len(BAD)
    assert await platform.broker.depth("commands.interactive") == 0
    assert TOKEN not in str(await platform.letters())


@pytest.mark.parametrize(
    ("user", "changes", "reason"),
    [
        ("script", {"source": "bot"}, "may not send source"),
        ("script", {"source": "script"}, "may not act as"),
        ("web", {"source": "dashboard"}, "may not vouch"),
        ("web", {"source": "script", "actor": Actor("script", "ops"), "grant": None}, "by the id of its key only"),
        ("bot", {"source": "bot", "actor": Actor("system", "x"), "grant": None}, "may not act as"),
        ("operator", {}, "may not send source"),
    ],
)
async def test_nobody_sends_what_is_another_components(
    on_both: Platform, user: str, changes: dict[str, Any], reason: str
) -> None:
    """With the broker's own permissions of that user, and a forged actor: on RabbitMQ too."""
    platform = on_both
    command = a_command("moderation.ban", {"member": CROWD[3]}, **changes)
    async with platform.worker():
        await platform.publish(command, user=user)

        async def filed() -> list[Any]:
            found = await platform.letters()
            return [row for row in found if reason in row["reason"] and str(command.id) in row["raw_excerpt"]]

        await eventually(filed, "the letter")
    assert await platform.ledger.get(command.id) is None
    assert platform.effects() == []


async def test_an_actor_that_is_nobody_disturbs_only_itself(platform: Platform) -> None:
    """Who typed it cannot be answered in person, and the rest of the batch must not notice."""
    reply_to = ReplyTo(application_id=Snowflake(1), token=TOKEN, channel_id=Snowflake(2))
    odd = a_command("moderation.ban", {"member": CROWD[2]}, actor=Actor(kind="user", id="abc"), reply_to=reply_to)
    odd = msgspec.structs.replace(odd, grant=None)
    good = [a_command("utility.ping") for _ in range(9)]
    await platform.publish(*good[:5], odd, *good[5:])
    async with platform.worker():
        for command in good:
            assert (await platform.end_of(command)).state == "succeeded"
            await platform.told(command, "succeeded")
        assert (await platform.end_of(odd)).state == "refused"
        await platform.told(odd, "refused")


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
@pytest.mark.parametrize("type", ["utility.ping", "moderation.ban"])
async def test_an_outcome_that_cannot_be_stored_still_ends_its_command(
    platform: Platform, type: str, text: str
) -> None:
    async def run(call: Call) -> Outcome:
        return Outcome(f"done {text}", data={"text": text})

    table = load_handlers(platform.catalogue)
    handler = Handler(table[type].spec, run)
    command = a_command(type, {"member": CROWD[0]} if type != "utility.ping" else {})
    good = [a_command("moderation.unban", {"member": CROWD[1]}) for _ in range(3)]
    async with platform.worker(handlers={type: handler}):
        await platform.publish(good[0], command, *good[1:])
        for one in good:
            assert (await platform.end_of(one)).state == "succeeded"
        if type == "moderation.ban":
            record = await platform.end_of(command)
            assert record.outcome is not None
            assert record.outcome.code == "unstorable_outcome"
            assert (await platform.told(command, "succeeded")).data["code"] == "unstorable_outcome"
        else:

            async def filed() -> list[Any]:
                return [row for row in await platform.letters() if str(command.id) in (row["raw_excerpt"] or "")]

            await eventually(filed, "the letter")
    assert await platform.broker.depth("commands.interactive") == 0


async def test_an_id_that_belongs_to_another_command_is_refused(platform: Platform) -> None:
    first = a_command("moderation.ban", {"member": CROWD[4]})
    second = a_command("utility.ping", id=first.id)
    async with platform.worker():
        await platform.publish(first)
        await platform.end_of(first)
        await platform.publish(second)

        async def filed() -> list[Any]:
            return [row for row in await platform.letters() if "belongs to another command" in row["reason"]]

        await eventually(filed)
    assert (await platform.record(first.id)).type == "moderation.ban"
