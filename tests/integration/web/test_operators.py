"""Who runs the platform sees what runs, and can stop it: a command, a server, everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import uuid4

import msgspec
import pytest

from bus.memory import MemoryBroker, MemoryTransport
from bus.transport import Transport
from models import control, processes
from models.database import Database
from models.queries import ALL, AuditFilter, list_audit
from tests.integration.web.running_web import ADMIN, GUILD, MODERATOR, RunningWeb, know_the_guilds, running_web

PLATFORM, SWITCHES = "/api/v1/platform", "/api/v1/switches"


@pytest.fixture
async def web(database: Database, transport: Transport) -> AsyncIterator[RunningWeb]:
    await know_the_guilds(database)
    async with running_web(database, transport, operators=frozenset({int(ADMIN)})) as running:
        yield running


async def test_operators_see_processes_queues_and_throughput(web: RunningWeb, transport: Transport) -> None:
    me = uuid4()
    said = {"lanes": ["bulk"], "breakers": {"Discord": "open"}}
    await processes.heartbeat(web.database, id=me, kind="worker", host="h", pid=1, version="1", details=said)
    async with await web.log_in(ADMIN) as admin:
        shown = (await admin.get(PLATFORM)).json()
    worker = next(one for one in shown["processes"] if one["id"] == str(me))
    assert worker["details"] == said
    assert "web" in {one["kind"] for one in shown["processes"]}
    depths = {one["name"]: one for one in shown["queues"]}
    assert {"commands.interactive", "commands.bulk", "dead-letters"} <= set(depths)
    assert depths["commands.interactive"]["consumers"] == 0
    assert len(shown["minutes"]) == 15
    assert shown["broker_trouble"] == ""
    assert depths["commands.interactive"]["load"] is None
    assert "set AMQP_MANAGEMENT_URL" in shown["rates_trouble"]


async def test_rates_that_cannot_be_asked_are_said_and_depths_are_shown_all_the_same(
    database: Database, transport: Transport
) -> None:
    await know_the_guilds(database)
    operators, nowhere = frozenset({int(ADMIN)}), "http://a:hunter2@127.0.0.1:9"
    async with (
        running_web(database, transport, operators=operators, amqp_management_api_url=nowhere) as web,
        await web.log_in(ADMIN) as admin,
    ):
        shown = (await admin.get(PLATFORM)).json()
        assert "No answer from the management API at http://127.0.0.1:9: " in shown["rates_trouble"]
        assert {one["ready"] for one in shown["queues"]} == {0}
        page = (await admin.get("/platform", headers={"Accept": "text/html"})).text
    assert "No rates: No answer from the management API" in page
    assert "hunter2" not in page


async def test_a_flipped_switch_is_stored_announced_and_on_record(web: RunningWeb, broker: MemoryBroker) -> None:
    listener = MemoryTransport(broker, user="worker")
    await listener.start()
    async with await web.log_in(ADMIN) as admin, aclosing(listener.listen("control")) as heard:  # type: ignore[type-var]
        assert await anext(heard) == b""
        body = {"off": True, "command": "moderation.ban", "guild_id": str(GUILD), "reason": "A raid of bans"}
        answer = await admin.post(SWITCHES, json=body, headers={"Idempotency-Key": uuid4().hex})
        assert answer.status_code == 200, answer.text
        async with asyncio.timeout(10):
            assert msgspec.json.decode(await anext(heard)) == {"version": answer.json()["control_version"]}
        stored = await control.switches(web.database)
        assert stored.refusal("moderation.ban", int(GUILD)) is not None
        assert stored.refusal("moderation.kick", int(GUILD)) is None
        [shown] = (await admin.get(PLATFORM)).json()["switches"]
        assert (shown["scope"], shown["command"], shown["reason"]) == (
            "guild_command",
            "moderation.ban",
            "A raid of bans",
        )
        body["off"] = False
        assert (await admin.post(SWITCHES, json=body, headers={"Idempotency-Key": uuid4().hex})).status_code == 200
        assert (await admin.get(PLATFORM)).json()["switches"] == []
    await listener.close()
    lines = (await list_audit(web.database, ALL, AuditFilter(type="platform.switch"))).items
    assert [(line.actor.id, line.after) for line in lines[:2]] == [
        (str(ADMIN), {"switched off": False}), (str(ADMIN), {"switched off": True}),
    ]  # fmt: skip
    assert lines[0].before == {"switched off": True}


async def test_what_does_not_exist_cannot_be_switched(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as admin:
        for body, code in (
            ({"off": True, "command": "moderation.exile"}, "command_unknown"),
            ({"off": True, "guild_id": "5"}, "guild_not_found"),
        ):
            answer = await admin.post(SWITCHES, json=body, headers={"Idempotency-Key": uuid4().hex})
            assert answer.json()["code"] == code


async def test_nobody_else_gets_near_it(web: RunningWeb) -> None:
    async with await web.log_in(MODERATOR) as moderator, await web.key_client() as key, web.client() as nobody:
        for client, status in ((moderator, 403), (key, 403), (nobody, 401)):
            assert (await client.get(PLATFORM)).status_code == status
            headers = {"Idempotency-Key": uuid4().hex, "Origin": web.url}
            assert (await client.post(SWITCHES, json={"off": True}, headers=headers)).status_code in (401, 403)
    assert (await control.switches(web.database)).off == {}
