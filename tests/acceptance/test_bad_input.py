"""Each kind of bad input gets a clear error, and nothing else is disturbed."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.acceptance.platform import GUILD, Platform, crowd

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

_BAN = {"type": "moderation.ban", "options": {"member": crowd(8)}}


def ban(**options: Any) -> str:
    return json.dumps({"type": "moderation.ban", "options": {"member": crowd(8), **options}})


@pytest.mark.parametrize(
    ("body", "guild", "status", "words"),
    [
        ("{nonsense", GUILD, 400, "malformed"),
        ('{"type": "moderation.smite", "options": {}}', GUILD, 422, "moderation.smite"),
        (ban(colour="red"), GUILD, 422, "colour"),
        (ban(delete_days=99), GUILD, 422, "delete_days"),
        (json.dumps({**_BAN, "version": 9}), GUILD, 422, "version"),
        (ban(reason="a\x00b"), GUILD, 422, "NUL"),
        (ban(reason="x" * 2_000_000), GUILD, 413, "bytes"),
        (ban(), "999999999999999999", 404, ""),
        (ban(), "not-a-guild", 404, ""),
    ],
)
async def test_the_api_says_what_was_wrong(platform: Platform, body: str, guild: str, status: int, words: str):
    client = await platform.log_in("moderator")
    headers = {"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
    answer = await client.post(f"/api/v1/guilds/{guild}/commands", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["code"]
    assert words.lower() in json.dumps(problem).lower()


async def test_a_member_who_left_is_named_in_the_answer_and_nothing_else_happens(platform: Platform):
    gone = crowd(9)
    async with platform.client() as http:
        body = {"guild_id": GUILD, "action": "leave", "user_id": gone}
        assert (await http.post("/sandbox/api/members", json=body)).status_code == 201
    answer = await platform.slash("moderator", "timeout", member=gone, minutes=5)
    assert "not a member" in answer["reply"]["content"]
    assert not [row for row in await platform.effects("PATCH /guilds/{guild_id}/members") if gone in str(row["target"])]


async def test_a_wrong_setting_is_a_sentence_for_the_person_alone(platform: Platform):
    answer = await platform.slash("admin", "settings set", key="colour", value="red")
    assert answer["ephemeral"] is True
    assert "there is no setting 'colour'" in answer["reply"]["content"]


async def test_a_command_of_a_guild_that_removed_the_bot_is_refused_until_it_is_back(platform: Platform):
    key = await platform.a_key("commands:write", "commands:read")
    async with platform.client(Authorization=f"Bearer {key}") as api:
        night_market = str(int(GUILD) + (1 << 22))
        path = f"/sandbox/api/guilds/{night_market}/availability"
        await api.post(path, json={"state": "removed"})
        url = f"/api/v1/guilds/{night_market}/commands"
        body = {"type": "utility.ping", "options": {}}
        statuses = set()
        for _ in range(200):
            answer = await api.post(url, json=body, headers={"Idempotency-Key": uuid4().hex})
            statuses.add(answer.status_code)
            if answer.status_code == 404:
                break
        assert 404 in statuses
        await api.post(path, json={"state": "rejoined"})
        for _ in range(200):
            answer = await api.post(url, json=body, headers={"Idempotency-Key": uuid4().hex})
            if answer.status_code == 202:
                break
        assert answer.status_code == 202


async def test_somebody_who_is_in_no_guild_sees_none(platform: Platform):
    stranger = await platform.log_in("stranger")
    assert (await stranger.get("/api/v1/guilds")).json()["items"] == []
    answer = await stranger.get(f"/api/v1/guilds/{GUILD}/events")
    assert answer.status_code == 404
