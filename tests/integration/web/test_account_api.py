"""Sessions and keys: people manage their own, operators the platform's, and keys none at all."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx

from models import api_keys
from tests.integration.web.running_web import (
    ADMIN,
    GUILD,
    MEMBER,
    MODERATOR,
    OTHER_GUILD,
    RunningWeb,
    know_the_guilds,
    running_web,
)
from tests.integration.web.sse import open_stream

KEYS, SESSIONS = "/api/v1/keys", "/api/v1/sessions"
BAN = {"type": "moderation.ban", "options": {"member": str(int(MEMBER)), "reason": "spam"}}


def fresh() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


async def new_key(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    answer = await client.post(
        KEYS, json={"name": "ci", "scopes": ["commands:read", "commands:write"]} | asked, headers=fresh()
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_person_sees_and_ends_their_sessions(web: RunningWeb) -> None:
    async with await web.log_in(MEMBER) as here, await web.log_in(MEMBER) as there, await web.log_in(ADMIN) as other:
        listed = (await here.get(SESSIONS)).json()["items"]
        assert [one["current"] for one in listed] == [False, True]
        assert {"user_agent", "address", "created_at", "last_seen_at", "expires_at"} < set(listed[0])
        foreign = (await other.get(SESSIONS)).json()["items"][0]["id"]
        for id_ in (foreign, "nothing", here.cookies["guildbus"]):
            assert (await here.delete(f"{SESSIONS}/{id_}")).json()["code"] == "session_not_found"
        assert (await here.delete(f"{SESSIONS}/{listed[0]['id']}")).status_code == 204
        assert (await there.get("/api/v1/me")).status_code == 401
        assert (await here.get("/api/v1/me")).json()["id"] == str(int(MEMBER))
        ended = await here.delete(f"{SESSIONS}/{listed[1]['id']}")
        assert 'guildbus=""' in ended.headers["set-cookie"]
        assert (await here.get("/api/v1/me")).status_code == 401
        assert (await other.get("/api/v1/me")).status_code == 200


async def test_signed_out_everywhere_ends_every_stream_at_once(database: Any, transport: Any) -> None:
    # Rounds that come too late to be what ends them.
    async with running_web(database, transport, recheck_seconds=600.0) as web:
        await know_the_guilds(database)
        async with await web.log_in(MEMBER) as here, await web.log_in(MEMBER) as there:
            async with open_stream(there, GUILD) as stream:
                await stream.until("initial", 30)
                assert (await here.delete(SESSIONS)).status_code == 204
                assert await stream.ends_within(30)
            for client in (here, there):
                assert (await client.get("/api/v1/me")).status_code == 401


async def test_a_persons_key_may_what_they_may_and_never_more(web: RunningWeb) -> None:
    path = f"/api/v1/guilds/{GUILD}/commands"
    async with await web.log_in(MODERATOR) as moderator, await web.log_in(MEMBER) as member:
        of_moderator, of_member = await new_key(moderator), await new_key(member)
        assert of_moderator["key"].startswith(f"gb_{of_moderator['prefix']}_")
        listed = (await moderator.get(KEYS)).json()["items"]
        assert [one["id"] for one in listed] == [of_moderator["id"]]
        assert of_moderator["key"] not in str(listed)
        with_key = {"Authorization": f"Bearer {of_moderator['key']}", "Idempotency-Key": "a"}
        async with web.client(**with_key) as by_key:
            assert (await by_key.post(path, json=BAN)).status_code == 202
            assert (await by_key.get("/api/v1/me")).json()["owner_id"] == str(int(MODERATOR))
            elsewhere = await by_key.get(f"/api/v1/guilds/{OTHER_GUILD}/commands")
            assert elsewhere.json()["code"] == "guild_not_found"
            assert (await by_key.get(f"/api/v1/guilds/{GUILD}/settings")).json()["code"] == "not_permitted"
            broadcast = await by_key.post(path, json={"type": "admin.broadcast", "options": {"text": "x"}})
            assert broadcast.json()["code"] == "not_permitted"
            assert [guild["id"] for guild in (await by_key.get("/api/v1/guilds")).json()["items"]] == [str(int(GUILD))]
            assert (await by_key.get("/api/v1/dead-letters")).status_code == 403
            # Who left the server takes their keys along.
            await web.database.fetch("WITH gone AS (DELETE FROM members WHERE person_id = $1) SELECT 1", int(MODERATOR))
            assert (await by_key.get(path)).json()["code"] == "guild_not_found"
        async with web.client(Authorization=f"Bearer {of_member['key']}", **{"Idempotency-Key": "b"}) as by_key:
            assert (await by_key.post(path, json=BAN)).json()["code"] == "not_permitted"


async def test_keys_are_rotated_and_revoked_by_whose_they_are(web: RunningWeb) -> None:
    async with await web.log_in(MEMBER) as owner, await web.log_in(ADMIN) as other:
        first = await new_key(owner, scopes=["events:read"])
        platforms, _ = await api_keys.create(web.database, name="ops", scopes=["audit:read"], created_by="ops")
        for id_ in (first["id"], "nothing"):
            assert (await other.delete(f"{KEYS}/{id_}")).json()["code"] == "key_not_found"
            assert (await other.post(f"{KEYS}/{id_}/rotate", json={}, headers=fresh())).json()[
                "code"
            ] == "key_not_found"
        assert (await owner.delete(f"{KEYS}/{platforms.id}")).json()["code"] == "key_not_found"
        second = (await owner.post(f"{KEYS}/{first['id']}/rotate", json={"days": 7}, headers=fresh())).json()
        assert second["scopes"] == ["events:read"]
        keys = {one["id"]: one for one in (await owner.get(KEYS)).json()["items"]}
        assert keys[first["id"]]["expires_at"] < keys[second["id"]]["expires_at"]
        async with web.client(Authorization=f"Bearer {second['key']}") as by_key:
            async with open_stream(by_key, GUILD) as stream:
                await stream.until("initial", 30)
                assert (await owner.delete(f"{KEYS}/{second['id']}")).status_code == 204
                assert await stream.ends_within(30)
            assert (await by_key.get("/api/v1/me")).status_code == 401
        assert (await owner.delete(f"{KEYS}/{second['id']}")).json()["code"] == "key_not_found"


TOO_MUCH: tuple[tuple[dict[str, Any], str], ...] = (
    ({"scopes": ["everything"]}, "scopes"),
    ({"scopes": []}, "scopes"),
    ({"guild_ids": [str(int(OTHER_GUILD))]}, "guild_ids"),
    ({"days": 0}, "days"),
    ({"days": 366}, "days"),
    ({"name": ""}, "name"),
    ({"owner": "somebody"}, "owner"),
    ({"owner_id": "1"}, "owner_id"),
    ({"kind": "script"}, "kind"),
)


async def test_a_key_that_asks_for_too_much_is_not_made(web: RunningWeb) -> None:
    async with await web.log_in(MEMBER) as client:
        before = len((await client.get(KEYS)).json()["items"])
        for asked, field in TOO_MUCH:
            answer = await client.post(KEYS, json={"name": "ci", "scopes": ["audit:read"]} | asked, headers=fresh())
            assert answer.status_code in (404, 422), asked
            assert answer.json()["field"] == field, asked
        assert len((await client.get(KEYS)).json()["items"]) == before


async def test_no_key_manages_sessions_or_keys(web: RunningWeb) -> None:
    async with await web.key_client(kind="script") as client:
        asked = [client.get(SESSIONS), client.delete(SESSIONS), client.get(KEYS), client.post(KEYS, json={})]
        for answer in await asyncio.gather(*asked):
            assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def test_an_operator_sees_every_server_makes_the_platforms_keys_and_still_may_not_ban(
    database: Any, transport: Any
) -> None:
    await know_the_guilds(database)
    async with (
        running_web(database, transport, operators=frozenset((int(MEMBER),))) as web,
        await web.log_in(MEMBER) as client,
        await web.log_in(ADMIN) as admin,
    ):
        assert (await client.get("/api/v1/me")).json()["operator"] is True
        assert {guild["id"] for guild in (await client.get("/api/v1/guilds")).json()["items"]} == {
            str(int(GUILD)), str(int(OTHER_GUILD)),
        }  # fmt: skip
        assert (await client.get(f"/api/v1/guilds/{OTHER_GUILD}")).json()["level"] == "operator"
        assert (await client.get(f"/guilds/{OTHER_GUILD}/live", headers={"Accept": "text/html"})).status_code == 200
        ban = await client.post(f"/api/v1/guilds/{GUILD}/commands", json=BAN, headers={"Idempotency-Key": "operator"})
        assert ban.json()["code"] == "not_permitted"
        made = await new_key(client, owner="platform", name="service")
        assert (made["kind"], made["owner"]) == ("script", "platform")
        assert made["id"] not in [one["id"] for one in (await client.get(KEYS)).json()["items"]]
        listed = (await client.get(KEYS, params={"owner": "platform"})).json()["items"]
        assert made["id"] in [one["id"] for one in listed]
        assert (await client.get("/api/v1/dead-letters")).status_code == 200
        assert (await client.delete(f"{KEYS}/{made['id']}")).status_code == 204
        refused = await admin.post(
            KEYS, json={"name": "x", "scopes": ["audit:read"], "owner": "platform"}, headers=fresh()
        )
        assert refused.json()["code"] == "not_permitted"
        assert (await admin.get(KEYS, params={"owner": "platform"})).json()["code"] == "not_permitted"
