"""Discord's rules around interactions, with a clock that can be moved and a bot that does everything by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from running_sandbox import Sandbox, running

from sandbox.clock import ManualClock
from sandbox.gateway.session import Session
from sandbox.interactions.store import Interaction
from sandbox.seed import GUILD_ONE, person_id
from sandbox.state import WorldState

MEMBER = person_id("member")


class Mute:
    """A gateway connection that nobody reads."""

    def send(self, payload: bytes) -> None:
        del payload

    def end(self, code: int | None, reason: str = "") -> None:
        del code, reason


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    async with running(clock=clock) as one:
        session: Session = one.world.gateway.open(shard=(0, 1), intents=0)
        session.peer = Mute()
        command = {"name": "ping", "description": "Ping"}
        status, _, _ = await one.discord("POST", _commands(one), command)
        assert status == 201
        yield one


def _commands(sandbox: Sandbox) -> str:
    return f"/applications/{sandbox.world.settings.application_id}/commands"


async def _ping(sandbox: Sandbox) -> Interaction:
    body = {"guild_id": str(GUILD_ONE), "user_id": str(MEMBER), "command": "ping"}
    status, started = await sandbox.control("POST", "/interactions", body)
    assert status == 201
    one = sandbox.world.interactions.get(int(started["id"]))
    assert one is not None
    return one


async def _answer(sandbox: Sandbox, one: Interaction, body: dict[str, Any], query: str = "") -> tuple[int, Any]:
    url = f"{sandbox.api}/interactions/{one.id}/{one.token}/callback{query}"
    async with sandbox.http.post(url, json=body) as response:  # No Authorization: the token is enough.
        return response.status, await response.json() if response.status != 204 else None


def _hook(sandbox: Sandbox, one: Interaction, rest: str = "") -> str:
    return f"{sandbox.api}/webhooks/{sandbox.world.settings.application_id}/{one.token}{rest}"


async def test_a_second_first_answer_is_40060(sandbox: Sandbox) -> None:
    one = await _ping(sandbox)
    assert (await _answer(sandbox, one, {"type": 4, "data": {"content": "Pong"}}))[0] == 204
    status, body = await _answer(sandbox, one, {"type": 5})
    assert (status, body["code"]) == (400, 40060)


async def test_an_answer_after_three_seconds_is_10062(sandbox: Sandbox, clock: ManualClock) -> None:
    one = await _ping(sandbox)
    clock.advance(3.1)
    status, body = await _answer(sandbox, one, {"type": 5})
    assert (status, body["code"]) == (404, 10062)
    _, seen = await sandbox.control("GET", f"/interactions/{one.id}")
    assert seen["state"] == "failed"


async def test_the_token_lives_fifteen_minutes(sandbox: Sandbox, clock: ManualClock) -> None:
    one = await _ping(sandbox)
    await _answer(sandbox, one, {"type": 5})
    clock.advance(899)
    async with sandbox.http.patch(_hook(sandbox, one, "/messages/@original"), json={"content": "Pong"}) as response:
        assert response.status == 200
        assert "X-RateLimit-Bucket" in response.headers
    clock.advance(2)
    async with sandbox.http.post(_hook(sandbox, one), json={"content": "late"}) as response:
        assert (response.status, (await response.json())["code"]) == (401, 50027)


async def test_follow_ups_fill_the_deferred_answer_first_and_then_stand_alone(sandbox: Sandbox) -> None:
    one = await _ping(sandbox)
    await _answer(sandbox, one, {"type": 5, "data": {"flags": 64}})
    for content in ("first", "second"):
        async with sandbox.http.post(_hook(sandbox, one), json={"content": content, "flags": 64}) as response:
            assert response.status == 200
    _, seen = await sandbox.control("GET", f"/interactions/{one.id}")
    assert (seen["state"], seen["ephemeral"]) == ("answered", True)
    assert seen["reply"]["content"] == "first"
    assert [row["content"] for row in seen["followups"]] == ["second"]
    async with sandbox.http.delete(_hook(sandbox, one, "/messages/@original")) as response:
        assert response.status == 204
    async with sandbox.http.get(_hook(sandbox, one, "/messages/@original")) as response:
        assert (await response.json())["code"] == 10008


async def test_with_response_tells_about_the_message(sandbox: Sandbox) -> None:
    one = await _ping(sandbox)
    status, body = await _answer(sandbox, one, {"type": 4, "data": {"content": "Pong"}}, "?with_response=true")
    assert (status, body["resource"]["message"]["content"]) == (200, "Pong")


async def test_a_button_updates_its_message(sandbox: Sandbox) -> None:
    one = await _ping(sandbox)
    button = {"type": 2, "style": 1, "label": "Again", "custom_id": "again:1"}
    data = {"content": "0", "components": [{"type": 1, "components": [button]}]}
    await _answer(sandbox, one, {"type": 4, "data": data})
    assert one.message_id is not None
    press = {
        "guild_id": str(GUILD_ONE),
        "channel_id": str(one.channel_id),
        "user_id": str(MEMBER),
        "message_id": str(one.message_id),
        "custom_id": "again:1",
    }
    _, started = await sandbox.control("POST", "/components", press)
    pressed = sandbox.world.interactions.get(int(started["id"]))
    assert pressed is not None
    assert (await _answer(sandbox, pressed, {"type": 7, "data": {"content": "1"}}))[0] == 204
    _, seen = await sandbox.control("GET", f"/interactions/{one.id}")
    assert seen["reply"]["content"] == "1"
    status, _ = await sandbox.control("POST", "/components", press | {"custom_id": "other"})
    assert status == 404


async def test_the_nonce_is_forgotten_after_three_minutes(sandbox: Sandbox, clock: ManualClock) -> None:
    path, body = f"/channels/{GUILD_ONE + 22}/messages", {"content": "x", "nonce": 7, "enforce_nonce": True}
    _, first, _ = await sandbox.discord("POST", path, body)
    clock.advance(179)
    _, second, _ = await sandbox.discord("POST", path, body)
    clock.advance(2)
    _, third, _ = await sandbox.discord("POST", path, body)
    assert first["id"] == second["id"] != third["id"]


async def test_commands_can_be_created_two_hundred_times_a_day(sandbox: Sandbox, clock: ManualClock) -> None:
    sandbox.world.bucket_limits["PUT /applications/{application_id}/commands"] = (100, 1.0)
    for turn in range(2):
        rows = [{"name": f"c{turn}-{index}", "description": "d"} for index in range(99)]
        status, _, _ = await sandbox.discord("PUT", _commands(sandbox), rows)
        assert status == 200
    again, _, _ = await sandbox.discord("PUT", _commands(sandbox), rows)
    assert again == 200  # The same names are updates.
    fresh = [{"name": f"d{index}", "description": "d"} for index in range(3)]
    status, body, _ = await sandbox.discord("PUT", _commands(sandbox), fresh)
    assert (status, body["code"]) == (400, 30034)
    clock.advance(86_400)
    status, _, _ = await sandbox.discord("PUT", _commands(sandbox), fresh)
    assert status == 200


async def test_bad_commands_are_refused_with_nested_errors(sandbox: Sandbox) -> None:
    bad = [{"name": "ok", "description": "d"}, {"name": "Bad Name", "description": ""}]
    status, body, _ = await sandbox.discord("PUT", _commands(sandbox), bad)
    assert (status, body["code"]) == (400, 50035)
    assert set(body["errors"]) == {"1"}
    assert set(body["errors"]["1"]) == {"name", "description"}
    state: WorldState = sandbox.world.state
    assert [row["name"] for row in state.commands[0].values()] == ["ping"]
