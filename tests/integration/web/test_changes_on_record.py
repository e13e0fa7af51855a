"""What is changed besides commands is on record: who, what, when and from where; operators read all of it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from bus.transport import Transport
from models.database import Database
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, MODERATOR, know_the_guilds, running_web

AUDIT, KEYS, SESSIONS = "/api/v1/audit", "/api/v1/keys", "/api/v1/sessions"


def fresh() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


async def lines(operator: httpx.AsyncClient, type: str, **where: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await operator.get(AUDIT, params={"type": type, **where})).json()["items"]
    return found


async def test_keys_sessions_and_switches(database: Database, transport: Transport) -> None:
    await know_the_guilds(database)
    async with (
        running_web(database, transport, operators=frozenset({int(ADMIN)})) as web,
        await web.log_in(ADMIN) as operator,
        await web.log_in(MODERATOR) as moderator,
        await web.log_in(MODERATOR) as elsewhere,
    ):
        asked = {"name": "ci", "scopes": ["audit:read"], "guild_ids": [str(int(GUILD))]}
        made = (await moderator.post(KEYS, json=asked, headers=fresh())).json()
        rotated = (await moderator.post(f"{KEYS}/{made['id']}/rotate", json={"days": 3}, headers=fresh())).json()
        assert (await moderator.delete(f"{KEYS}/{rotated['id']}")).status_code == 204
        for what, key in (("create", made["id"]), ("rotate", made["id"]), ("revoke", rotated["id"])):
            found = {line["guild_id"]: line for line in await lines(operator, f"key.{what}", actor=str(int(MODERATOR)))}
            of_platform, of_server = found[None], found[str(int(GUILD))]
            assert (of_platform["actor"]["id"], of_platform["source"]) == (str(int(MODERATOR)), "dashboard")
            assert of_platform["detail"]["key"] == key
            assert of_platform["detail"]["address"] == "127.0.0.1"
            # The server that the key is for reads of it as well, but not where its people are.
            assert "address" not in of_server["detail"]
            shown = (await moderator.get(f"/api/v1/guilds/{GUILD}/audit", params={"type": f"key.{what}"})).json()
            assert [line["id"] for line in shown["items"]] == [of_server["id"]]
        [created] = [line for line in await lines(operator, "key.create") if line["guild_id"] is None][:1]
        assert created["after"]["scopes"] == ["audit:read"]
        everything = (await operator.get(AUDIT, params={"limit": "200"})).text
        assert made["key"] not in everything
        assert rotated["key"] not in everything

        begun = await lines(operator, "session.begin", actor=str(int(MODERATOR)))
        assert len(begun) == 2
        listed = (await moderator.get(SESSIONS)).json()["items"]
        other = next(one["id"] for one in listed if not one["current"])
        assert {line["detail"]["session"] for line in begun} == {one["id"] for one in listed}
        assert (await moderator.delete(f"{SESSIONS}/{other}")).status_code == 204
        [ended] = await lines(operator, "session.end", actor=str(int(MODERATOR)))
        assert (ended["detail"]["session"], ended["detail"]["address"]) == (other, "127.0.0.1")
        assert (await elsewhere.get("/api/v1/me")).status_code == 401
        assert (await moderator.delete(SESSIONS)).status_code == 204
        [all_ended] = await lines(operator, "session.end_all", actor=str(int(MODERATOR)))
        assert all_ended["detail"]["ended"] == 1

        body = {"off": True, "command": "utility.ping", "reason": "A raid"}
        assert (await operator.post("/api/v1/switches", json=body, headers=fresh())).status_code == 200
        [flipped] = await lines(operator, "platform.switch", source="dashboard")
        assert (flipped["reason"], flipped["detail"]["address"]) == ("A raid", "127.0.0.1")


async def test_a_start_with_other_operators_is_on_record_once(database: Database, transport: Transport) -> None:
    await know_the_guilds(database)
    before = await database.fetch("SELECT user_id FROM operators ORDER BY user_id")
    was = [str(row["user_id"]) for row in before]
    [row] = await database.fetch("SELECT count(*) AS n FROM audit WHERE type = 'platform.operators'")
    known = row["n"]
    for operators, started in (({MEMBER, ADMIN}, 1), ({MEMBER, ADMIN}, 1), ({ADMIN}, 2)):
        async with (
            running_web(database, transport, operators=frozenset(int(id) for id in operators)) as web,
            await web.log_in(ADMIN) as operator,
            asyncio.timeout(30),
        ):
            while len(found := await lines(operator, "platform.operators")) < known + started:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    both, alone = sorted([str(int(MEMBER)), str(int(ADMIN))], key=int), [str(int(ADMIN))]
    assert len(found) == known + 2
    assert [(line["before"], line["after"]) for line in found[:2]] == [
        ({"operators": both}, {"operators": alone}),
        ({"operators": was}, {"operators": both}),
    ]
    assert (found[0]["actor"]["kind"], found[0]["actor"]["id"]) == ("system", "OPERATORS")
    assert found[0]["detail"]["host"]


@pytest.mark.parametrize("who", [MODERATOR, MEMBER])
async def test_nobody_else_reads_the_platforms_trail(database: Database, transport: Transport, who: int) -> None:
    await know_the_guilds(database)
    async with running_web(database, transport) as web, await web.log_in(who) as person, web.client() as nobody:
        assert (await person.get(AUDIT)).json()["code"] == "not_permitted"
        assert (await nobody.get(AUDIT)).status_code == 401
        async with await web.key_client(kind="script") as key:
            assert (await key.get(AUDIT)).json()["code"] == "not_permitted"
