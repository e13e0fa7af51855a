"""A command from Discord, from the API and from a script: executed once, audited, answered, and seen live."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.acceptance.platform import GUILD, OTHER_GUILD, Feed, Platform, crowd, person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


async def the_audit_rows(client: httpx.AsyncClient, command_id: str) -> list[dict[str, Any]]:
    rows = (await client.get(f"/api/v1/guilds/{GUILD}/audit", params={"limit": 100})).json()["items"]
    return [row for row in rows if row["command_id"] == command_id]


@dataclass(frozen=True, slots=True)
class Watchers:
    """Two sessions that may see a moderation command, a plain member's, and one of the other server."""

    platform: Platform
    one: Feed
    two: Feed
    below: Feed
    other: Feed

    async def saw(self, command_id: str) -> None:
        """The command ended; who may see it did, all of it, and nobody else anything."""
        for feed in (self.one, self.two):
            await feed.until(lambda so_far: "succeeded" in so_far.states_of(command_id))
        assert self.one.states_of(command_id) == self.two.states_of(command_id)
        # Something that everybody in each guild may see marks the point up to which the others were read.
        marker = f"marker {uuid4().hex[:8]}"
        async with self.platform.client() as http:
            for guild in (GUILD, OTHER_GUILD):
                body = {"guild_id": guild, "action": "create", "name": marker}
                await http.post("/sandbox/api/roles", json=body)
        for feed in (self.below, self.other):
            await feed.until(lambda so_far: any(marker in str(event) for event in so_far.events))
        assert self.below.states_of(command_id) == []
        assert all(event["guild_id"] == OTHER_GUILD for event in self.other.events)


@asynccontextmanager
async def watchers(platform: Platform) -> AsyncIterator[Watchers]:
    moderator, admin = await platform.log_in("moderator"), await platform.log_in("admin")
    member, elsewhere = await platform.log_in("member"), await platform.log_in("other_moderator")
    async with (
        platform.watch(moderator) as one,
        platform.watch(admin) as two,
        platform.watch(member) as below,
        platform.watch(elsewhere, OTHER_GUILD) as other,
    ):
        yield Watchers(platform, one, two, below, other)


async def test_a_slash_command_is_deferred_done_once_audited_answered_and_seen_where_it_may_be(
    platform: Platform,
) -> None:
    moderator, target = await platform.log_in("moderator"), crowd(0)
    async with watchers(platform) as watching:
        answer = await platform.slash("moderator", "ban", member=target, reason="planted reason")
        assert answer["state"] == "answered"
        assert answer["callbacks"][0]["type"] == 5
        assert answer["callbacks"][0]["after_ms"] < 3000
        assert "banned" in answer["reply"]["content"]

        bans = [row for row in await platform.effects("PUT /guilds/{guild_id}/bans") if target in str(row["target"])]
        assert [row["changed"] for row in bans] == [True]

        listed = (await moderator.get(f"/api/v1/guilds/{GUILD}/commands", params={"limit": 10})).json()["items"]
        command = next(row for row in listed if row["options"].get("member") == target)
        await watching.saw(command["id"])
        assert watching.one.states_of(command["id"]) == ["running", "succeeded"]

    rows = await the_audit_rows(moderator, command["id"])
    end = next(row for row in rows if row["phase"] == "outcome")
    assert end["actor"]["id"] == person("moderator")
    assert (end["before"], end["after"]) == ({"banned": False}, {"banned": True})
    assert {row["phase"] for row in rows} == {"intent", "outcome"}
    assert end["reason"] == "planted reason"


async def test_the_api_accepts_once_executes_once_and_shows_the_timeline(platform: Platform) -> None:
    key = await platform.a_key("commands:write", "commands:read", "audit:read")
    idempotency_key = uuid4().hex
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": idempotency_key}
    options = {"member": crowd(1), "reason": "from the API"}
    body = {"type": "moderation.warn", "options": options}
    async with watchers(platform) as watching, platform.client(**headers) as api:
        first = await api.post(f"/api/v1/guilds/{GUILD}/commands", json=body)
        assert first.status_code == 202, first.text
        command_id = first.json()["id"]
        at_once = await api.get(f"/api/v1/guilds/{GUILD}/commands/{command_id}")
        assert at_once.status_code == 200
        again = await api.post(f"/api/v1/guilds/{GUILD}/commands", json=body)
        assert (again.status_code, again.json()["id"]) == (202, command_id)
        other = {**body, "options": {**options, "reason": "another body"}}
        refused = await api.post(f"/api/v1/guilds/{GUILD}/commands", json=other)
        assert refused.status_code == 422

        ended = await platform.wait_for_end(api, command_id)
        assert ended["state"] == "succeeded"
        assert ended["timeline"]
        await watching.saw(command_id)
        rows = await the_audit_rows(api, command_id)
    assert [row["phase"] for row in rows] == ["outcome"]
    assert rows[0]["actor"]["kind"] == "api_key"
    assert (rows[0]["before"], rows[0]["after"]) == ({"warnings": 0}, {"warnings": 1})


async def test_a_script_publishes_and_is_in_the_audit_trail_as_itself(platform: Platform) -> None:
    admin = await platform.log_in("admin")
    async with watchers(platform) as watching:
        code, out, err = await platform.guildbus(
            "publish", "moderation.warn", f"member={crowd(2)}", "reason=script", "--guild", GUILD, "--wait", "--json"
        )
        assert code == 0, err
        command_id = json.loads(out)["id"]
        await watching.saw(command_id)
    rows = await the_audit_rows(admin, command_id)
    assert {(row["actor"]["kind"], row["source"]) for row in rows} == {("script", "script")}
    end = next(row for row in rows if row["phase"] == "outcome")
    assert (end["before"], end["after"]) == ({"warnings": 0}, {"warnings": 1})


async def test_a_broadcast_becomes_one_announcement_a_server(platform: Platform) -> None:
    channel = str(int(GUILD) + 21)
    await platform.slash("admin", "settings set", key="announcement_channel", value=channel)
    code, _, err = await platform.guildbus("publish", "admin.broadcast", "text=for everybody", "--wait")
    assert code == 0, err
    admin = await platform.log_in("admin")
    listed = []
    async with platform.client() as http:
        for _ in range(100):
            listed = (await http.get(f"/sandbox/api/channels/{channel}/messages?user_id={person('admin')}")).json()
            if any(message["content"] == "for everybody" for message in listed):
                break
            await asyncio.sleep(0.1)
    assert sum(message["content"] == "for everybody" for message in listed) == 1
    children = (await admin.get(f"/api/v1/guilds/{GUILD}/commands", params={"limit": 20})).json()["items"]
    assert any(row["type"] == "messages.announce" and row["parent_id"] for row in children)


async def test_what_someone_may_not_do_is_refused_in_words(platform: Platform) -> None:
    async with platform.client() as http:
        body = {"guild_id": GUILD, "user_id": person("member"), "command": "ban", "options": {"member": crowd(3)}}
        assert (await http.post("/sandbox/api/interactions", json=body)).status_code == 403
    member = await platform.log_in("member")
    asked = {"type": "moderation.ban", "options": {"member": crowd(3)}}
    answer = await member.post(f"/api/v1/guilds/{GUILD}/commands", json=asked, headers={"Idempotency-Key": uuid4().hex})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert not [row for row in await platform.effects("PUT /guilds/{guild_id}/bans") if crowd(3) in str(row["target"])]


async def test_a_failed_command_waits_in_the_inbox_and_can_be_replayed_once_the_cause_is_mended(
    platform: Platform,
) -> None:
    admin = await platform.log_in("admin")
    target, role = crowd(4), str(int(GUILD) + 4)
    await platform.fault(
        route="PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}", kind="status", status=403, times=1
    )
    answer = await platform.slash("admin", "role add", member=target, role=role)
    assert "did not work" in answer["reply"]["content"]
    async with platform.client() as http:
        await http.delete("/sandbox/api/faults")
    letters: list[dict[str, Any]] = []
    for _ in range(100):
        letters = (await admin.get("/api/v1/dead-letters", params={"guild_id": GUILD})).json()["items"]
        letters = [letter for letter in letters if letter["type"] == "roles.add"]
        if letters:
            break
    replayed = await admin.post(
        f"/api/v1/dead-letters/{letters[0]['id']}/replay", headers={"Idempotency-Key": uuid4().hex}
    )
    assert replayed.status_code == 202, replayed.text
    ended = await platform.wait_for_end(admin, replayed.json()["id"])
    assert ended["state"] == "succeeded"
    assert ended["causation_id"] == letters[0]["command_id"]
