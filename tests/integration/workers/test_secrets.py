"""An interaction's token is in its command and in messages to `replies`, and nowhere that lasts."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from loguru import logger

from bus import codec
from bus.transport import Message
from tests.integration.workers.commands import CROWD, a_command, answered_at
from tests.integration.workers.platform import Platform, a_deferred_interaction
from tests.integration.workers.quick import eventually
from workers.handlers.table import load_handlers
from workers.ports import Call, Handler


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Everything that is logged, traces included, written as the processes write it."""
    lines: list[str] = []
    sink = logger.add(lines.append, level="TRACE", diagnose=False, backtrace=True)
    yield lines
    logger.remove(sink)


async def everything_stored(platform: Platform) -> str:
    tables = await platform.database.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    texts = []
    for table in tables:
        name = table["table_name"]
        rows = await platform.database.fetch(f'SELECT to_jsonb(t)::text AS row FROM "{name}" t')  # noqa: S608
        texts += [row["row"] for row in rows]
    return "\n".join(texts)


async def test_no_token_is_in_any_table_stream_dead_letter_or_log(on_both: Platform, log: list[str]) -> None:
    platform = on_both
    interactions = [await a_deferred_interaction(platform.sandbox) for _ in range(7)]
    to = [answered_at(one) for one in interactions]

    async def broken(call: Call):
        raise ValueError(f"a defect in {call.command.type}")

    table = load_handlers(platform.catalogue)
    platform.fault("PATCH /webhooks/{webhook_id}/{token}/messages/@original", "status", status=500, times=2)
    commands = [
        a_command("utility.ping", reply_to=to[0]),
        a_command("moderation.warn", {"member": CROWD[0], "reason": "x"}, reply_to=to[1]),
        a_command("moderation.ban", {"member": CROWD[1]}, reply_to=to[2]),
        a_command("messages.announce", {"channel": "77", "text": "fails"}, reply_to=to[3]),
        a_command("moderation.unban", {"member": CROWD[2]}, reply_to=to[4]),
    ]
    bad = codec.encode(a_command("moderation.ban", {"member": "x"}, reply_to=to[5]))
    cut = codec.encode(a_command("moderation.ban", {"member": CROWD[3]}, reply_to=to[6]))[:-3]
    handlers = {"moderation.unban": Handler(table["moderation.unban"].spec, broken)}
    async with platform.worker(handlers=handlers):
        await platform.publish(*commands)
        await platform.send(*(Message("commands", "interactive.moderation.ban", body) for body in (bad, cut)))
        for command in commands:
            await platform.end_of(command)

        async def all_settled() -> bool:
            rows = await platform.database.fetch(
                "SELECT 1 FROM commands WHERE id = ANY($1::uuid[]) AND delivered_at IS NOT NULL",
                [command.id for command in commands],
            )
            return len(rows) == len(commands) and len(await platform.letters(code="invalid_message")) >= 2

        await eventually(all_settled, "every answer and both letters")
        told = await platform.events()
    written = await everything_stored(platform)
    stream = "\n".join(msgspec.json.encode(codec.to_builtins(event)).decode() for event in told)
    assert str(commands[0].id) in written
    assert str(commands[0].id) in stream
    assert "a defect in moderation.unban" in "\n".join(log)
    for one in interactions:
        assert one.token not in written
        assert one.token not in stream
        assert one.token not in "\n".join(log)
