"""Whom the platform knows of: in a server, for its moderators, and on the whole, for operators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bus.clock import SystemClock
from bus.ids import Snowflake, new_id
from bus.transport import Transport
from models import notes, warnings
from models.database import Database
from models.events import MemberData, MemberJoin, MemberLeave
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
from tests.integration.web.test_people import command, happened

USERS = f"/api/v1/guilds/{GUILD}/users"
BANNED, NEVER_HERE = Snowflake(1101000000000977001), Snowflake(1101000000000977002)


async def recorded(database: Database, member: Snowflake, *, warned: int = 0, noted: int = 0) -> None:
    async with database.transaction() as connection:
        for number in range(warned + noted):
            now = SystemClock().now() - timedelta(minutes=number)
            about: dict[str, Any] = {
                "command_id": new_id(now), "guild_id": GUILD, "member_id": member, "moderator": str(ADMIN), "at": now,
            }  # fmt: skip
            if number < warned:
                await warnings.add(connection, reason=f"warning {number}", **about)
            else:
                await notes.add(connection, text=f"note {number}", **about)


async def test_moderators_find_members_and_who_left_with_a_record(web: RunningWeb) -> None:
    await happened(web.database, GUILD, MemberJoin(member=MemberData(id=BANNED, username="rowdy", display_name="Zed")))
    await command(web.database, "succeeded", actor=ADMIN, subject=f"member:{BANNED}")
    await happened(web.database, GUILD, MemberLeave(member_id=BANNED))
    await happened(web.database, OTHER_GUILD, MemberJoin(member=MemberData(id=NEVER_HERE, username="secret")))
    await recorded(web.database, MEMBER, warned=2, noted=1)
    await recorded(web.database, NEVER_HERE, warned=1)
    async with await web.log_in(MODERATOR) as moderator, await web.log_in(MEMBER) as viewer:
        found = {user["id"]: user for user in (await moderator.get(USERS)).json()["items"]}
        assert [found[str(who)]["level"] for who in (ADMIN, MODERATOR, MEMBER)] == ["admin", "moderator", "viewer"]
        assert (found[str(MEMBER)]["warnings"], found[str(MEMBER)]["notes"]) == (2, 1)
        gone = found[str(BANNED)]
        assert (gone["member"], gone["level"], gone["name"], gone["username"]) == (False, None, "Zed", "rowdy")
        # Who was warned without ever having been here is known by the id alone.
        assert (found[str(NEVER_HERE)]["name"], found[str(NEVER_HERE)]["username"]) == (str(NEVER_HERE), "")
        assert [user["id"] for user in (await moderator.get(USERS, params={"search": "rowd"})).json()["items"]] == [
            str(BANNED)
        ]
        assert (await moderator.get(USERS, params={"search": "secret"})).json()["items"] == []
        pieces, cursor = [], None
        while cursor is not None or not pieces:
            page = (await moderator.get(USERS, params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
            pieces += [user["id"] for user in page["items"]]
            cursor = page["next"]
        assert pieces == list(found)
        assert (await viewer.get(USERS)).json()["code"] == "not_permitted"
    async with await web.key_client("users:read") as key, await web.key_client("audit:read") as other:
        only = (await key.get(USERS, params={"fields": "id,level", "limit": 1})).json()["items"]
        assert [set(user) for user in only] == [{"id", "level"}]
        assert (await other.get(USERS)).json()["missing"] == "users:read"


async def test_one_of_them_with_roles_activity_and_record(web: RunningWeb) -> None:
    await recorded(web.database, MODERATOR, warned=2, noted=1)
    await command(web.database, "succeeded", actor=ADMIN, subject=f"member:{MODERATOR}")
    for state in ("succeeded", "refused"):
        await command(web.database, state, actor=MODERATOR)
    async with await web.log_in(MODERATOR) as moderator:
        shown = (await moderator.get(f"{USERS}/{MODERATOR}")).json()
        assert (shown["name"], shown["member"], shown["level"]) == ("User 1", True, "moderator")
        assert shown["roles"] == [str(int(GUILD) + 51)]
        assert shown["activity"]["states"] == {"succeeded": 1, "refused": 1}
        assert shown["activity"]["commands"] == 2
        assert shown["activity"]["last_at"] is not None
        assert shown["cases"] == {"warning": 2, "note": 1, "timeout": 0, "kick": 0, "ban": 1, "unban": 0}
        path = f"{USERS}/{MODERATOR}/cases"
        cases = (await moderator.get(path)).json()["items"]
        assert sorted(case["kind"] for case in cases) == ["ban", "note", "warning", "warning"]
        assert [case["at"] for case in cases] == sorted((case["at"] for case in cases), reverse=True)
        first = (await moderator.get(path, params={"limit": 3})).json()
        rest = (await moderator.get(path, params={"limit": 3, "cursor": first["next"]})).json()
        assert first["items"] + rest["items"] == cases
        for unknown in ("1101000000000977003", "7"):
            answer = await moderator.get(f"{USERS}/{unknown}")
            assert (answer.status_code, answer.json()["code"]) == (404, "user_not_found")


async def test_operators_see_who_logged_in(database: Database, transport: Transport) -> None:
    await know_the_guilds(database)
    async with (
        running_web(database, transport, operators=frozenset({int(ADMIN)})) as web,
        await web.log_in(MODERATOR) as moderator,
        await web.log_in(ADMIN) as operator,
    ):
        key = {"name": "ci", "scopes": ["audit:read"]}
        assert (await moderator.post("/api/v1/keys", json=key, headers={"Idempotency-Key": "k"})).status_code == 201
        listed = (await operator.get("/api/v1/users")).json()["items"]
        assert [user["id"] for user in listed[:2]] == [str(ADMIN), str(MODERATOR)]
        assert [user["operator"] for user in listed[:2]] == [True, False]
        assert (listed[1]["keys"] >= 1, listed[1]["sessions"] >= 1) == (True, True)
        first = (await operator.get("/api/v1/users", params={"limit": 1})).json()
        rest = (await operator.get("/api/v1/users", params={"cursor": first["next"]})).json()
        assert first["items"] + rest["items"] == listed
        by_id = (await operator.get("/api/v1/users", params={"search": str(MODERATOR)})).json()["items"]
        assert [user["id"] for user in by_id] == [str(MODERATOR)]
        one = (await operator.get(f"/api/v1/users/{MODERATOR}")).json()
        assert one["guilds"] == [{"id": str(GUILD), "name": "Harbour Lights", "level": "moderator"}]
        assert (await operator.get("/api/v1/users/7")).json()["code"] == "user_not_found"
        for path in ("/api/v1/users", f"/api/v1/users/{MODERATOR}"):
            assert (await moderator.get(path)).json()["code"] == "not_permitted"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (f"/api/v1/guilds/{GUILD}/commands", "id,state"),
        (f"/api/v1/guilds/{GUILD}/audit", "at,type"),
        (f"/api/v1/guilds/{GUILD}/members", "name"),
        ("/api/v1/commands", "id"),
    ],
)
async def test_a_large_list_answers_with_the_fields_that_are_asked_for(web: RunningWeb, path: str, fields: str) -> None:
    async with await web.key_client(kind="script") as client:
        here, nowhere = f"/api/v1/guilds/{GUILD}/commands", "/api/v1/commands"
        body = {"type": "utility.ping"}
        for place in (here, nowhere):
            key = f"{place} {fields}".replace(" ", "-")
            await client.post(place, json=body, headers={"Idempotency-Key": key})
        await client.post(f"/api/v1/guilds/{GUILD}/presets", json={"name": path[-60:] + fields, **body},
                          headers={"Idempotency-Key": f"preset-{fields}"})  # fmt: skip
        whole = await client.get(path)
        some = await client.get(path, params={"fields": fields})
        names = fields.split(",")
        assert some.json()["items"] == [{name: item[name] for name in names} for item in whole.json()["items"]]
        assert some.json()["items"]
        assert some.headers["etag"] != whole.headers["etag"]
        refused = await client.get(path, params={"fields": f"{fields},colour"})
        assert (refused.status_code, refused.json()["field"]) == (422, "fields")
        assert names[0] in refused.json()["detail"]


async def test_commands_are_issued_where_they_are_for_and_listed_by_it(web: RunningWeb) -> None:
    async with await web.key_client(kind="script") as script:
        for place, expected in (("guild", "moderation.warn"), ("platform", "admin.broadcast")):
            kinds = (await script.get("/api/v1/catalogue", params={"place": place})).json()["items"]
            types = {kind["type"]: kind for kind in kinds}
            assert expected in types
            assert "utility.ping" in types
            assert ("moderation.warn" in types, "admin.broadcast" in types) == (place == "guild", place != "guild")
            assert types[expected]["schema"]["additionalProperties"] is False
        warn = {"type": "moderation.warn", "options": {"member": str(MEMBER), "reason": "spam"}}
        shout = {"type": "admin.broadcast", "options": {"text": "Back at noon."}}
        headers = {"Idempotency-Key": "elsewhere"}
        nowhere = await script.post("/api/v1/commands", json=warn, headers=headers)
        assert (nowhere.status_code, nowhere.json()["field"]) == (422, "type")
        here = await script.post(f"/api/v1/guilds/{GUILD}/commands", json=shout, headers=headers)
        assert (here.status_code, here.json()["field"]) == (422, "type")
        id = (await script.post("/api/v1/commands", json=shout, headers=headers)).json()["id"]
        listed = (await script.get("/api/v1/commands", params={"type": "admin.broadcast"})).json()["items"]
        assert listed[0]["id"] == id
        assert {one["guild_id"] for one in listed} == {None}
    async with await web.key_client("audit:read", kind="script") as other, await web.log_in(ADMIN) as person:
        assert (await other.get("/api/v1/commands")).json()["code"] == "scope_missing"
        assert (await person.get("/api/v1/commands")).json()["code"] == "not_permitted"
