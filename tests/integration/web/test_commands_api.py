"""The accept path, and what can be asked of a command afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Command
from bus.errors import BrokerUnavailable, BusError, PublishUnconfirmed
from bus.transport import Message, Transport
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, MODERATOR, OTHER_GUILD, RunningWeb
from tests.integration.web.sse import open_stream

PATH = f"/api/v1/guilds/{GUILD}/commands"
WARN = {"type": "moderation.warn", "options": {"member": str(MEMBER), "reason": "spam"}}
PING = {"type": "utility.ping"}
TIMEOUT = {"type": "moderation.timeout"}


def keyed(key: str = "k1") -> dict[str, str]:
    return {"Idempotency-Key": key}


async def taken(transport: Transport) -> Command:
    """The next command of the interactive lane."""
    async with transport.consume("commands.interactive", prefetch=1) as consumer, asyncio.timeout(3):
        [delivery] = await consumer.batch(most=1, wait_seconds=0)
        consumer.ack(delivery)
    return codec.decode(codec.decompress(delivery.body, delivery.content_encoding), Command)


async def test_a_command_is_accepted_published_and_queued_at_once(web: RunningWeb) -> None:
    async with await web.key_client() as client, open_stream(client, GUILD) as stream:
        await stream.until("initial")
        answer = await client.post(PATH, json=WARN, headers=keyed())
        assert answer.status_code == 202
        id = answer.json()["id"]
        assert answer.json() == {"id": id}
        assert answer.headers["location"] == f"{PATH}/{id}"
        stored = (await client.get(answer.headers["location"])).json()
        assert (stored["state"], stored["attempts"], stored["outcome"]) == ("queued", 1, None)
        assert stored["source"] == "api"
        assert stored["actor"]["kind"] == "api_key"
        assert stored["timeline"][0]["step"] == "requested"
        assert stored["options"] == WARN["options"]
        command = await taken(web.transport)
        assert (str(command.id), command.guild_id, command.type) == (id, GUILD, "moderation.warn")
        assert str(command.correlation_id) == answer.headers["x-request-id"]
        [event] = await stream.events(1)
        assert (event.data["type"], event.data["data"]["command_id"]) == ("command.queued", id)
        listed = (await client.get(PATH, params={"state": "queued", "type": "moderation.warn"})).json()
        assert id in [command["id"] for command in listed["items"]]


async def test_a_person_acts_as_themselves_and_only_within_their_permissions(web: RunningWeb) -> None:
    async with await web.log_in(MODERATOR) as client:
        answer = await client.post(PATH, json=WARN, headers=keyed())
        assert answer.status_code == 202, answer.text
        command = await taken(web.transport)
        assert (command.source, command.actor.kind, command.actor.id) == ("dashboard", "user", str(MODERATOR))
        assert command.actor.name == "Chiara Vane"
        body = {"type": "settings.set", "options": {"key": "timezone", "value": "UTC"}}
        refused = await client.post(PATH, json=body, headers=keyed("k2"))
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
        assert "Manage Guild" in refused.json()["detail"]
        broadcast = {"type": "admin.broadcast", "options": {"text": "hi"}}
        assert (await client.post(PATH, json=broadcast, headers=keyed("k3"))).status_code == 403


async def test_the_same_key_and_body_is_the_same_command_and_another_body_is_refused(web: RunningWeb) -> None:
    async with await web.key_client() as client:
        first = await client.post(PATH, json=WARN, headers=keyed("same"))
        again = await client.post(PATH, json=dict(reversed(WARN.items())), headers=keyed("same"))
        assert (first.status_code, again.status_code) == (202, 202)
        assert again.json() == first.json()
        other = await client.post(PATH, json=PING, headers=keyed("same"))
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        assert other.json()["id"] == first.json()["id"]
        async with await web.key_client() as somebody_else:
            assert (await somebody_else.post(PATH, json=PING, headers=keyed("same"))).status_code == 202


async def test_twenty_requests_with_one_key_at_once_are_one_command(web: RunningWeb) -> None:
    async with await web.key_client() as client:
        answers = await asyncio.gather(*(client.post(PATH, json=PING, headers=keyed("rush")) for _ in range(20)))
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.parametrize("error", [PublishUnconfirmed("late"), BrokerUnavailable("gone")])
async def test_what_is_not_confirmed_is_503_kept_and_the_same_command_when_asked_again(
    web: RunningWeb, monkeypatch: pytest.MonkeyPatch, error: BusError
) -> None:
    async def fail(messages: Sequence[Message], *, timeout_seconds: float = 10.0) -> list[BusError | None]:
        return [error for _ in messages]

    async with await web.key_client() as client:
        with monkeypatch.context() as patch:
            patch.setattr(web.transport, "publish_all", fail)
            answer = await client.post(PATH, json=PING, headers=keyed("retry"))
        assert (answer.status_code, answer.json()["code"]) == (503, "not_confirmed")
        assert answer.headers["retry-after"]
        id = answer.json()["id"]
        assert (await client.get(f"{PATH}/{id}")).json()["state"] == "queued"
        again = await client.post(PATH, json=PING, headers=keyed("retry"))
        assert (again.status_code, again.json()) == (202, {"id": id})
        assert str((await taken(web.transport)).id) == id


BAD: list[tuple[Any, int, str, dict[str, str]]] = [
    (b"{", 400, "malformed_request", {}),
    (b"", 400, "malformed_request", {}),
    (b"[]", 400, "malformed_request", {}),
    (b"\xff\xfe", 400, "malformed_request", {}),
    (b"[" * 100_000, 400, "malformed_request", {}),
    (b'{"type": "moderation.warn", "options": {"member": "5", "reason": "a\\u0000b"}}', 422, "request_invalid", {}),
    (b'{"type": "moderation.warn", "options": {"member": "5", "reason": "\\ud800"}}', 400, "malformed_request", {}),
    ({**WARN, "extra": 1}, 422, "request_invalid", {"field": "extra"}),
    ({"options": {}}, 422, "request_invalid", {"field": "type"}),
    ({**WARN, "type": 7}, 422, "request_invalid", {"field": "type"}),
    ({**WARN, "type": "moderation.exile"}, 422, "command_unknown", {"field": "type"}),
    ({**WARN, "version": 99}, 422, "version_unknown", {"field": "version"}),
    ({**WARN, "dry_run": "yes"}, 422, "request_invalid", {"field": "dry_run"}),
    ({**WARN, "expires_at": "2001-01-01T00:00:00Z"}, 422, "request_invalid", {"field": "expires_at"}),
    ({**WARN, "expires_at": "2001-01-01T00:00:00"}, 422, "request_invalid", {"field": "expires_at"}),
    ({**WARN, "options": {"member": "5"}}, 422, "options_invalid", {"option": "reason"}),
    ({**WARN, "options": {**WARN["options"], "loud": True}}, 422, "options_invalid", {"option": "loud"}),  # type: ignore[dict-item]
    ({**WARN, "options": {"member": "abc", "reason": "x"}}, 422, "options_invalid", {"option": "member"}),
    ({**WARN, "options": {"member": "5", "reason": "x" * 401}}, 422, "options_invalid", {"option": "reason"}),
    ({**TIMEOUT, "options": {"member": "5", "minutes": 0}}, 422, "options_invalid", {"option": "minutes"}),
    ({**TIMEOUT, "options": {"member": "5", "minutes": 10**30}}, 422, "options_invalid", {"option": "minutes"}),
    (b'{"type": "moderation.warn", "options": ' + b'"x' + b"x" * 2_000_000 + b'"}', 413, "body_too_large", {}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "code", "named"), BAD, ids=[str(row[0])[:48] for row in BAD])
async def test_bad_input_gets_a_clear_problem(
    web: RunningWeb, body: Any, status: int, code: str, named: dict[str, str]
) -> None:
    content = body if isinstance(body, bytes) else codec.encode(body)
    async with await web.key_client() as client:
        answer = await client.post(PATH, content=content, headers={**keyed(), "Content-Type": "application/json"})
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (status, code), problem
        assert answer.headers["content-type"] == "application/problem+json"
        assert named.items() <= problem.items()
        assert problem["detail"]
        assert (await client.post(PATH, json=PING, headers=keyed("after"))).status_code == 202


async def test_a_body_in_chunks_is_bounded_too(web: RunningWeb) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(32):
            yield b" " * 65_536

    async with await web.key_client() as client:
        headers = {**keyed("chunks"), "Content-Type": "application/json"}
        answer = await client.post(PATH, content=chunks(), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_the_request_itself_must_be_right_too(web: RunningWeb) -> None:
    async with await web.key_client() as client, web.client() as nobody:
        assert (await client.post(PATH, json=PING)).json()["code"] == "idempotency_key_missing"
        assert (await client.post(PATH, json=PING, headers=keyed("x" * 129))).status_code == 400
        as_text = await client.post(PATH, content=b"{}", headers={**keyed(), "Content-Type": "text/plain"})
        assert as_text.status_code == 415
        assert (await client.get(f"/api/v1/guilds/{GUILD}%00/commands")).status_code == 400
        assert (await client.get(f"{PATH}?type=%00")).status_code == 400
        assert (await client.get(f"{PATH}?limit=9999")).status_code == 422
        assert (await client.get(f"{PATH}?cursor=nonsense")).status_code == 422
        assert (await client.get(f"{PATH}?state=gone")).status_code == 422
        assert (await client.get(f"{PATH}/not-a-uuid")).status_code == 404
        assert (await client.delete(PATH)).status_code == 405
        assert (await client.get("/api/v1/nothing")).json()["code"] == "not_found"
        unknown = await nobody.post(PATH, json=PING, headers=keyed())
        assert (unknown.status_code, unknown.headers["www-authenticate"][:6]) == (401, "Bearer")
        assert (await nobody.get(PATH, headers={"Authorization": "Bearer gb_x_y"})).status_code == 401


async def test_a_guild_that_does_not_exist_or_is_not_ones_own_is_404(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as person, await web.key_client(guild_ids=(OTHER_GUILD,)) as key:
        for guild_id in ("1", "99999999999999999999", "abc", str(OTHER_GUILD)):
            answer = await person.post(f"/api/v1/guilds/{guild_id}/commands", json=PING, headers=keyed())
            assert (answer.status_code, answer.json()["code"]) == (404, "guild_not_found"), guild_id
        assert (await key.post(PATH, json=PING, headers=keyed())).status_code == 404
        foreign = await key.post(f"/api/v1/guilds/{OTHER_GUILD}/commands", json=PING, headers=keyed())
        path = f"{PATH}/{foreign.json()['id']}"
        assert (await person.get(path)).json()["code"] == "command_not_found"


async def test_a_member_who_left_is_told_that_there_is_no_such_server(web: RunningWeb) -> None:
    async with await web.log_in(MODERATOR) as client:
        assert (await client.post(PATH, json=PING, headers=keyed("here"))).status_code == 202
        await web.database.fetch("WITH gone AS (DELETE FROM members WHERE person_id = $1) SELECT 1", int(MODERATOR))
        # Guild state does not know them any more; Discord, whom the sandbox plays, says the same.
        del web.world.state.guilds[int(GUILD)].members[int(MODERATOR)]
        await asyncio.sleep(0.2)
        answer = await client.post(PATH, json=PING, headers=keyed("later"))
        assert (answer.status_code, answer.json()["code"]) == (404, "guild_not_found")


async def test_a_viewer_sees_their_own_commands_and_not_the_moderators(web: RunningWeb) -> None:
    async with await web.log_in(MODERATOR) as moderator, await web.log_in(MEMBER) as viewer:
        warn = (await moderator.post(PATH, json=WARN, headers=keyed())).json()["id"]
        ping = (await viewer.post(PATH, json=PING, headers=keyed())).json()["id"]
        assert (await viewer.get(f"{PATH}/{warn}")).status_code == 404
        assert (await viewer.get(f"{PATH}/{ping}")).status_code == 200
        listed = [row["id"] for row in (await viewer.get(PATH)).json()["items"]]
        assert ping in listed
        assert warn not in listed
        assert (await viewer.get(f"/api/v1/guilds/{GUILD}/audit")).status_code == 403


async def test_scripts_may_send_what_belongs_to_no_guild(web: RunningWeb) -> None:
    body = {"type": "admin.broadcast", "options": {"text": "Maintenance at noon"}, "dry_run": True}
    async with await web.key_client(kind="script") as script, await web.key_client() as service:
        answer = await script.post("/api/v1/commands", json=body, headers=keyed())
        assert answer.status_code == 202
        stored = (await script.get(answer.headers["location"])).json()
        assert (stored["source"], stored["actor"]["kind"], stored["guild_id"]) == ("script", "script", None)
        assert stored["dry_run"] is True
        assert (await service.post("/api/v1/commands", json=body, headers=keyed())).status_code == 403
    async with await web.key_client("commands:read", kind="script") as reader:
        assert (await reader.post("/api/v1/commands", json=body, headers=keyed())).json()["code"] == "scope_missing"


async def test_an_expiry_travels_with_the_command(web: RunningWeb) -> None:
    until = SystemClock().now() + timedelta(minutes=5)
    async with await web.key_client() as client:
        answer = await client.post(PATH, json={**PING, "expires_at": until.isoformat()}, headers=keyed())
        assert answer.status_code == 202
        assert (await taken(web.transport)).expires_at == until
