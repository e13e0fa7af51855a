"""Settings over the API: versions, conflicts with both values, who obeys them, and why somebody can't do something."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bus.clock import SystemClock
from bus.ids import new_id
from models import processes, settings_store
from models.command_rules import key_of
from models.settings_store import StoredSettings
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, MODERATOR, RunningWeb

PATH = f"/api/v1/guilds/{GUILD}/settings"
CHECKS = f"/api/v1/guilds/{GUILD}/checks"
WARN_ENABLED = key_of("moderation.warn", "enabled")


async def change(web: RunningWeb, values: dict[str, Any], by: int = ADMIN) -> StoredSettings:
    """As a worker does it."""
    async with web.database.transaction() as connection:
        _, after = await settings_store.set_values(connection, GUILD, values, by=str(int(by)), command_id=None)
    return after


@pytest.fixture(autouse=True)
async def nothing_is_left(web: RunningWeb) -> None:
    for table in ("guild_settings", "guild_settings_history", "processes"):
        await web.database.fetch(f"WITH gone AS (DELETE FROM {table}) SELECT 1")  # noqa: S608


async def send(client: httpx.AsyncClient, changes: dict[str, Any], etag: str | None) -> httpx.Response:
    headers = {} if etag is None else {"If-Match": etag}
    return await client.patch(PATH, json={"changes": changes}, headers=headers)


async def test_a_change_needs_the_version_that_it_is_made_of(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as client:
        without = await send(client, {"timezone": "Asia/Tokyo"}, None)
        assert (without.status_code, without.json()["code"]) == (428, "version_needed")
        odd = await send(client, {"timezone": "Asia/Tokyo"}, "yesterday")
        assert (odd.status_code, odd.json()["code"]) == (412, "version_conflict")
        put = await client.put(PATH, json={"values": {}})
        assert put.status_code == 428


async def test_a_stale_change_is_a_conflict_with_both_values(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as client:
        read = await client.get(PATH)
        assert (read.json()["version"], read.headers["etag"]) == (0, '"0"')
        await change(web, {"timezone": "Europe/Lisbon", "private_replies": True})
        wanted = {"timezone": "Asia/Tokyo", "private_replies": True, WARN_ENABLED: False}
        stale = await send(client, wanted, read.headers["etag"])
        problem = stale.json()
        assert (stale.status_code, problem["code"]) == (412, "version_conflict")
        assert (problem["expected"], problem["version"], stale.headers["etag"]) == (0, 1, '"1"')
        assert problem["conflicts"] == [
            {"key": "timezone", "was": "UTC", "wanted": "Asia/Tokyo", "now": "Europe/Lisbon"}
        ], "what both want alike, and what only one changed, collides with nothing"
    stored = await settings_store.get(web.database, GUILD)
    assert (stored.version, stored.data["timezone"]) == (1, "Europe/Lisbon")


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"colour": "red"}, "colour"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({WARN_ENABLED: "perhaps"}, WARN_ENABLED),
        ({"commands.settings.set.enabled": False}, "changes"),
    ],
)
async def test_what_no_setting_takes_is_refused_with_its_name(web: RunningWeb, changes: Any, option: str) -> None:
    async with await web.log_in(ADMIN) as client:
        refused = await send(client, changes, '"0"')
    assert (refused.status_code, refused.json()["code"], refused.json()["option"]) == (422, "options_invalid", option)


async def test_settings_are_an_admins_and_the_scope_of_a_key_is_asked(web: RunningWeb) -> None:
    async with await web.log_in(MODERATOR) as moderator, await web.key_client("commands:read") as key:
        assert (await send(moderator, {"timezone": "UTC"}, '"0"')).status_code == 403
        assert (await moderator.get(PATH)).status_code == 403
        refused = await send(key, {"timezone": "UTC"}, '"0"')
        assert (refused.status_code, refused.json()["missing"]) == (403, "commands:write")


async def test_every_version_says_who_changed_what(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as client:
        assert (await client.get(f"{PATH}/versions")).json() == {"items": [], "next": None}
    await change(web, {"timezone": "Europe/Lisbon"})
    await change(web, {"timezone": None, WARN_ENABLED: False}, by=MODERATOR)
    async with await web.log_in(ADMIN) as client:
        first = (await client.get(f"{PATH}/versions", params={"limit": 1})).json()
        second = (await client.get(f"{PATH}/versions", params={"cursor": first["next"]})).json()
        assert (await client.get(f"{PATH}/versions", params={"cursor": "?"})).status_code == 422
    [newest], [oldest] = first["items"], second["items"]
    assert (newest["version"], newest["by"], newest["by_name"]) == (2, str(int(MODERATOR)), "User 1")
    assert newest["changes"] == [
        {"key": "timezone", "before": "Europe/Lisbon", "after": None},
        {"key": WARN_ENABLED, "before": None, "after": False},
    ]
    assert oldest["changes"] == [{"key": "timezone", "before": None, "after": "Europe/Lisbon"}]
    assert second["next"] is None


async def test_saved_and_live_are_two_things(web: RunningWeb) -> None:
    after = await change(web, {"timezone": "Europe/Lisbon"})
    bot, late, worker = (new_id(SystemClock().now()) for _ in range(3))

    async def beat(id: Any, kind: Any, version: int) -> None:
        await processes.heartbeat(
            web.database, id=id, kind=kind, host="here", pid=1, version="0", control_version=version
        )

    async with await web.log_in(ADMIN) as client:
        assert (await client.get(f"{PATH}/reach")).json()["everywhere"] is False, "nobody is alive"
        await beat(bot, "bot", after.control_version)
        await beat(late, "bot", after.control_version - 1)
        await beat(worker, "worker", after.control_version + 1)
        reach = (await client.get(f"{PATH}/reach")).json()
        assert (reach["bots"], reach["workers"]) == ({"live": 1, "of": 2}, {"live": 1, "of": 1})
        assert reach["everywhere"] is False
        await beat(late, "bot", after.control_version)
        assert (await client.get(f"{PATH}/reach")).json()["everywhere"] is True


async def test_why_somebody_cannot_lists_the_checks_with_what_to_do(web: RunningWeb) -> None:
    only_here = {"default": "deny", "except": ["55"]}
    await change(web, {key_of("moderation.ban", "channels"): only_here, WARN_ENABLED: False})
    async with await web.log_in(MODERATOR) as client:
        asked = {"command": "moderation.ban", "member": str(MEMBER), "channel": "77", "target": str(ADMIN)}
        answer = (await client.get(CHECKS, params=asked)).json()
        states = {check["name"]: check["state"] for check in answer["checks"]}
        assert answer["allowed"] is False
        checks = ["bot_present", "enabled", "kill_switch", "permission", "roles", "channel", "rank"]
        assert list(states) == ["discord", *checks]
        assert [name for name, state in states.items() if state == "failed"] == ["permission", "channel", "rank"]
        assert all(check["fix"] for check in answer["checks"] if check["state"] == "failed")
        may = {"command": "moderation.ban", "member": str(ADMIN), "channel": "55", "target": "1234"}
        assert (await client.get(CHECKS, params=may)).json()["allowed"] is True
        disabled = (await client.get(CHECKS, params={"command": "moderation.warn", "member": str(ADMIN)})).json()
        assert [c["code"] for c in disabled["checks"] if c["state"] != "passed"] == ["disabled"]
        stranger = (await client.get(CHECKS, params={"command": "utility.ping", "member": "1234"})).json()
        assert [c["state"] for c in stranger["checks"] if c["name"] == "permission"] == ["unknown"]
        assert (await client.get(CHECKS, params={"command": "no.such", "member": "1"})).status_code == 422
    async with await web.log_in(MEMBER) as client:
        assert (await client.get(CHECKS, params=asked)).status_code == 403


async def test_a_guild_can_make_a_role_a_moderators(web: RunningWeb) -> None:
    [role] = await web.database.fetch("SELECT roles[1] AS id FROM members WHERE person_id = $1", int(MEMBER))
    async with await web.log_in(MEMBER) as client:
        audit = f"/api/v1/guilds/{GUILD}/audit"
        assert (await client.get(audit)).status_code == 403
        await change(web, {"moderator_roles": [str(role["id"])]})
        assert (await client.get(audit)).status_code == 200
        assert (await client.get(f"/api/v1/guilds/{GUILD}")).json()["level"] == "moderator"
        warn = {"type": "moderation.warn", "options": {"member": "1", "reason": "x"}}
        sent = await client.post(f"/api/v1/guilds/{GUILD}/commands", json=warn, headers={"Idempotency-Key": "m1"})
        assert sent.status_code == 403, "it is about seeing: what one may do is Discord's to give"
        await change(web, {"moderator_roles": None})
        assert (await client.get(audit)).status_code == 403
