"""Too much of anything: what is refused, what is told, and that nobody else notices."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from bus.ids import Snowflake
from tests.integration.web.attacks.raw import opened, until_closed
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, OTHER_GUILD, RunningWeb, running_web
from tests.integration.web.test_dead_letters_api import letter
from tests.proxy import Proxy
from tests.redis import RedisServer, redis_server

__all__ = ["redis_server"]

pytestmark = pytest.mark.asyncio(loop_scope="package")

PING = {"type": "utility.ping"}


async def test_each_limit_stops_its_own_and_says_what_is_left(door: RunningWeb) -> None:
    async with running_web(
        door.database,
        door.transport,
        rate_per_session=40,
        rate_per_key=5,
        rate_per_guild=3,
        rate_of_logins=2,
        cors_origins=("https://my.site",),
    ) as web:

        async def command(client: object, guild: Snowflake = GUILD) -> tuple[int, str]:
            path, headers = f"/api/v1/guilds/{guild}/commands", {"Idempotency-Key": uuid4().hex}
            answer = await client.post(path, json=PING, headers=headers)  # type: ignore[attr-defined]
            return answer.status_code, answer.json().get("limit", "")

        async with await web.log_in(ADMIN) as admin, await web.log_in(MEMBER) as member:
            async with web.client() as browser:
                throttled = await browser.get("/login")
                assert (throttled.status_code, throttled.json()["limit"]) == (429, "login")
            assert [await command(admin), await command(member), await command(admin)] == [(202, "")] * 3
            assert await command(member) == (429, "guild")
            # Scripts and other servers have nothing to do with it.
            async with await web.key_client(kind="script") as script:
                assert await command(script) == (202, "")
            async with await web.key_client() as key:
                assert await command(key, OTHER_GUILD) == (202, "")
                answers = [await key.get("/api/v1/me") for _ in range(5)]
                assert [answer.status_code for answer in answers] == [200] * 4 + [429]
                told = answers[-1]
                assert told.headers["content-type"] == "application/problem+json"
                assert told.json()["code"] == "rate_limited"
                assert 1 <= int(told.headers["retry-after"]) <= 60
                assert told.headers["ratelimit-policy"] == '"key";q=5;w=60'
                assert (told.headers["ratelimit-limit"], told.headers["ratelimit-remaining"]) == ("5", "0")
                left = answers[0].headers["ratelimit"]
                assert left.startswith('"key";r=3;t='), left
                shared = await key.get("/api/v1/me", headers={"Origin": "https://my.site"})
                assert shared.headers["access-control-allow-origin"] == "https://my.site"
                assert "access-control-allow-credentials" not in shared.headers
                assert "RateLimit" in shared.headers["access-control-expose-headers"]
                other = await key.get("/api/v1/me", headers={"Origin": "https://evil.example"})
                assert "access-control-allow-origin" not in other.headers
            assert (await admin.get("/api/v1/me")).status_code == 200


async def test_web_processes_share_a_limit_in_redis_and_answer_without_it(
    door: RunningWeb, redis_server: RedisServer
) -> None:
    way = Proxy(redis_server.socket)
    await way.open()
    limits: dict[str, Any] = {"rate_storage_url": f"redis://127.0.0.1:{way.port}/0", "rate_per_key": 6}
    async with (
        running_web(door.database, door.transport, **limits) as one,
        running_web(door.database, door.transport, **limits) as two,
        await door.key_client() as key,
    ):

        async def statuses(*webs: RunningWeb) -> list[int]:
            return [(await key.get(f"{web.url}/api/v1/me")).status_code for web in webs]

        assert await statuses(*(one, two) * 3) == [200] * 6
        assert await statuses(one, two) == [429, 429]
        await way.shut()
        # Each counts for itself from its own beginning: as many again from each, no error, and then no more.
        assert await statuses(*(one, two) * 6) == [200] * 12
        assert await statuses(one, two) == [429, 429]


async def test_a_body_that_never_comes_is_not_waited_for(door: RunningWeb) -> None:
    async with running_web(door.database, door.transport, request_seconds=0.5) as web, await web.key_client() as key:
        reader, writer = await opened(web.url)
        lines = (
            f"POST /api/v1/guilds/{GUILD}/commands HTTP/1.1", "Host: x", "Content-Length: 1000", "Idempotency-Key: x",
            f"Authorization: {key.headers['Authorization']}", "Content-Type: application/json", "", '{"type":',
        )  # fmt: skip
        writer.write("\r\n".join(lines).encode())
        answer = await until_closed(reader)
        writer.close()
        assert b"took_too_long" in answer


async def test_letters_replayed_by_their_cause_are_one_start_in_the_servers_rate(door: RunningWeb) -> None:
    path = f"/api/v1/guilds/{GUILD}"
    ids = {str((await letter(door.database))[0]) for _ in range(5)}
    cause = {"code": "discord_unavailable", "type": "moderation.warn"}
    async with running_web(door.database, door.transport, rate_per_guild=2) as web, await web.log_in(ADMIN) as admin:

        async def start(what: str, body: object) -> httpx.Response:
            return await admin.post(f"{path}/{what}", json=body, headers={"Idempotency-Key": uuid4().hex})

        replayed = await start("dead-letters/replay", cause)
        assert ids <= {item["id"] for item in replayed.json()["items"] if item["code"] == "ok"}
        assert (await start("commands", PING)).status_code == 202
        for what, body in (("dead-letters/replay", cause), ("commands", PING)):
            assert ((answer := await start(what, body)).status_code, answer.json()["limit"]) == (429, "guild")
        assert (await start("dead-letters/discard", cause)).status_code == 200


async def test_nobody_tries_keys_for_long_and_no_header_makes_them_somebody_else(door: RunningWeb) -> None:
    async with running_web(door.database, door.transport, rate_of_logins=3) as web:
        answers = []
        for n in range(5):
            forwarded = {"X-Forwarded-For": f"198.51.100.{n}", "Forwarded": f"for=198.51.100.{n}"}
            async with web.client(Authorization=f"Bearer gb_aaaaaaaa_{n}", **forwarded) as client:
                answers.append((await client.get("/api/v1/me")).status_code)
        assert answers == [401, 401, 401, 429, 429]
        async with await web.key_client() as client:
            assert (await client.get("/api/v1/me")).status_code == 200
