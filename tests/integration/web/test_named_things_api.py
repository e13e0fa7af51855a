"""Presets, templates and webhooks: made once, changed one version at a time, run, and on record."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from models.database import Database
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
from tests.integration.web.test_commands_api import taken
from web.login.sealing import Sealer

PATH = f"/api/v1/guilds/{GUILD}"
PRESETS, WEBHOOKS, TEMPLATES = f"{PATH}/presets", f"{PATH}/webhooks", "/api/v1/templates"
SPAM = {"type": "moderation.warn", "options": {"reason": "Spam"}}


def preset(name: str, **changed: Any) -> dict[str, Any]:
    return {"name": name, **SPAM, **changed}


def webhook(name: str, **changed: Any) -> dict[str, Any]:
    return {"name": name, "url": "https://hooks.example.com/in", "types": ["member.join", "command.*"], **changed}


def fresh() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


async def made(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(path, json=body, headers=fresh())
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    assert answer.headers["location"].endswith(shown["id"])
    return shown


async def test_a_preset_is_saved_run_changed_and_forgotten_on_record(web: RunningWeb) -> None:
    async with await web.log_in(MODERATOR) as moderator, await web.log_in(ADMIN) as admin:
        saved = await made(moderator, PRESETS, preset("Spam"))
        path = f"{PRESETS}/{saved['id']}"
        assert (await moderator.get(path)).headers["etag"] == '"1"'
        ran = await moderator.post(f"{path}/run", json={"options": {"member": str(int(MEMBER))}}, headers=fresh())
        assert ran.status_code == 202, ran.text
        command = await taken(web.transport)
        assert (str(command.id), command.type) == (ran.json()["id"], "moderation.warn")
        assert command.options == {"member": str(int(MEMBER)), "reason": "Spam"}
        without = await moderator.post(f"{path}/run", json={}, headers=fresh())
        assert (without.status_code, without.json()["option"]) == (422, "member")
        changed = await moderator.put(path, json=preset("Spam!", options={}), headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.json()["version"], changed.headers["etag"]) == (200, 2, '"2"')
        stale = await moderator.put(path, json=preset("Late"), headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["code"], stale.headers["etag"]) == (412, "version_conflict", '"2"')
        assert (await moderator.put(path, json=preset("Late"))).json()["code"] == "version_needed"
        assert (await moderator.delete(path)).status_code == 204
        assert (await moderator.get(path)).json()["code"] == "preset_not_found"
        rows = (await admin.get(f"{PATH}/audit", params={"actor": str(int(MODERATOR))})).json()["items"]
        notes = [(row["type"], row["before"], row["after"]) for row in rows if row["type"].startswith("preset.")]
        assert [type for type, _, _ in notes] == ["preset.delete", "preset.update", "preset.create"]
        assert (notes[1][1]["name"], notes[1][2]["name"]) == ("Spam", "Spam!")


async def test_the_same_request_makes_one_and_a_name_is_there_once(web: RunningWeb) -> None:
    async with await web.key_client() as client:
        once = fresh()
        first = await client.post(PRESETS, json=preset("Once"), headers=once)
        again = await client.post(PRESETS, json=preset("Once"), headers=once)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        other = await client.post(PRESETS, json=preset("Other"), headers=once)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        taken_name = await client.post(PRESETS, json=preset("oNCE"), headers=fresh())
        assert (taken_name.status_code, taken_name.json()["code"]) == (409, "name_taken")
        await client.delete(f"{PRESETS}/{first.json()['id']}")
        gone = await client.post(PRESETS, json=preset("Once"), headers=once)
        assert (gone.status_code, gone.json()) == (201, first.json())
        assert (await client.get(gone.headers["location"])).json()["code"] == "preset_not_found"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (preset("x", type="moderation.exile"), "command_unknown"),
        (preset("x", options={"colour": "red"}), "options_invalid"),
        (preset("x", options={"member": "abc"}), "options_invalid"),
        (preset(""), "request_invalid"),
        (preset("  "), "request_invalid"),
        (preset("x", guild_id=str(int(OTHER_GUILD))), "request_invalid"),
    ],
)
async def test_a_preset_that_could_never_run_is_refused(web: RunningWeb, body: dict[str, Any], code: str) -> None:
    async with await web.key_client() as client:
        answer = await client.post(PRESETS, json=body, headers=fresh())
        assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_presets_of_another_server_are_not_there(web: RunningWeb) -> None:
    async with await web.key_client() as client:
        saved = await made(client, PRESETS, preset("Ours"))
        path = f"/api/v1/guilds/{OTHER_GUILD}/presets/{saved['id']}"
        for answer in (
            await client.get(path),
            await client.put(path, json=preset("Theirs"), headers={"If-Match": '"1"'}),
            await client.delete(path),
            await client.post(f"{path}/run", json={}, headers=fresh()),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "preset_not_found")
        assert (await client.get(f"{PRESETS}/{saved['id']}")).json()["name"] == "Ours"


async def test_a_webhooks_secret_is_shown_once_and_kept_sealed(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as client:
        once = fresh()
        first = (await client.post(WEBHOOKS, json=webhook("Archive"), headers=once)).json()
        assert first["secret"].startswith("whsec_")
        again = (await client.post(WEBHOOKS, json=webhook("Archive"), headers=once)).json()
        assert (again["id"], again["secret"]) == (first["id"], None)
        path = f"{WEBHOOKS}/{first['id']}"
        changed = await client.put(path, json=webhook("Archive", enabled=False), headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.json()["enabled"]) == (200, False)
        listed = await client.get(WEBHOOKS)
        assert first["secret"] not in listed.text + changed.text + (await client.get(f"{PATH}/audit")).text
        [row] = await web.database.fetch("SELECT secret FROM webhooks WHERE name = 'Archive'")
        sealer = Sealer(web.settings.session_secret, b"webhook")
        assert sealer.open(row["secret"]) == {"secret": first["secret"]}
        assert Sealer(web.settings.session_secret).open(row["secret"]) is None
        assert (await client.delete(path)).status_code == 204


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://user:password@hooks.example.com/",
        "https://127.0.0.1/hook",
        "https://10.0.0.8/hook",
        "https://[::1]/hook",
        "https://localhost/hook",
        "https://db.internal/hook",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com/#there",
        "https:///nowhere",
        "https://[broken/hook",
    ],
)
async def test_a_webhook_cannot_point_inside(web: RunningWeb, url: str) -> None:
    async with await web.key_client() as client:
        answer = await client.post(WEBHOOKS, json=webhook("Inside", url=url), headers=fresh())
        assert (answer.status_code, answer.json()["field"]) == (422, "url")


async def test_operators_offer_templates_and_servers_take_them_over_once(database: Database, transport: Any) -> None:
    await know_the_guilds(database)
    async with (
        running_web(database, transport, operators=frozenset((int(MEMBER),))) as web,
        await web.log_in(MEMBER) as operator,
        await web.log_in(ADMIN) as admin,
    ):
        body = {"name": "Starter", "presets": [preset("Rules"), preset("Flood", options={"reason": "Flood"})]}
        offered = await made(operator, TEMPLATES, body)
        assert (await admin.post(TEMPLATES, json=body, headers=fresh())).json()["code"] == "not_permitted"
        twins = {"name": "Twins", "presets": [preset("One"), preset("one")]}
        assert (await operator.post(TEMPLATES, json=twins, headers=fresh())).json()["field"] == "presets"
        assert (await admin.get(TEMPLATES)).json()["items"] == [offered]
        await made(admin, PRESETS, preset("rules"))
        use = f"{PATH}/templates/{offered['id']}/use"
        taken_over = (await admin.post(use, headers=fresh())).json()
        assert ([one["name"] for one in taken_over["items"]], taken_over["skipped"]) == (["Flood"], ["Rules"])
        assert (await admin.post(use, headers=fresh())).json()["items"] == []
        path = f"{TEMPLATES}/{offered['id']}"
        renamed = await operator.put(path, json={**body, "description": "For all"}, headers={"If-Match": '"1"'})
        assert renamed.json()["version"] == 2
        assert (await admin.delete(path)).json()["code"] == "not_permitted"
        assert (await operator.delete(path)).status_code == 204
        assert (await admin.get(path)).json()["code"] == "template_not_found"
