"""Ids of other servers and people, in every place that takes an id; and fields that nobody may set."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from bus import codec
from bus.clock import SystemClock
from bus.ids import new_id
from models.bulks import Target, start_bulk
from tests.integration.web.attacks.test_every_door import BODIES
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, OTHER_GUILD, RunningWeb
from tests.integration.web.test_dead_letters_api import letter
from web.api.operation import PATH_PARAMETERS, PREFIX
from web.api.operations import OPERATIONS
from web.authorization import RULES

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(600)]

COMMAND = {"type": "utility.ping"}
# Names that are no secret: the same for everybody.
PUBLIC = {"type", "template_id"}


async def test_an_id_of_somebody_else_is_an_id_of_nothing_wherever_it_is_given(door: RunningWeb) -> None:
    async with await door.log_in(ADMIN) as client, await door.log_in(MEMBER) as member, await door.key_client() as key:
        elsewhere = await key.post(
            f"{PREFIX}/guilds/{OTHER_GUILD}/commands", json=COMMAND, headers={"Idempotency-Key": uuid4().hex}
        )
        made = await member.post(
            f"{PREFIX}/keys",
            json={"name": "theirs", "scopes": ["audit:read"]},
            headers={"Idempotency-Key": uuid4().hex},
        )
        await door.database.fetch(
            """WITH made AS (INSERT INTO persons (id, username, display_name, bot, updated_at)
            VALUES (4711, 'elsewhere', 'Somebody elsewhere', false, now())) SELECT 1"""
        )
        bulk = new_id(SystemClock().now())
        async with door.database.transaction() as connection:
            await start_bulk(
                connection,
                command_id=bulk,
                guild_id=OTHER_GUILD,
                type="moderation.timeout",
                options={"minutes": 5},
                targets=[Target({"member": "1"})],
            )
        presets, webhooks = (f"{PREFIX}/guilds/{OTHER_GUILD}/{what}" for what in ("presets", "webhooks"))
        hook = {"name": "elsewhere", "url": "https://elsewhere.example.com/"}
        preset = await key.post(
            presets, json={"name": "elsewhere", **COMMAND}, headers={"Idempotency-Key": "elsewhere"}
        )
        webhook = await key.post(webhooks, json=hook, headers={"Idempotency-Key": uuid4().hex})
        foreign = {
            "preset_id": preset.json()["id"],
            "webhook_id": webhook.json()["id"],
            "template_id": PATH_PARAMETERS["template_id"].example,
            "bulk_id": str(bulk),
            "guild_id": str(OTHER_GUILD),
            "command_id": elsewhere.json()["id"],
            "person_id": "4711",
            "user_id": "4711",
            "key_id": made.json()["id"],
            "session_id": (await member.get(f"{PREFIX}/sessions")).json()["items"][0]["id"],
            "dead_letter_id": str((await letter(door.database, guild_id=OTHER_GUILD))[0]),
        }
        assert set(foreign) | PUBLIC == set(PATH_PARAMETERS)
        bodies = {**BODIES, "updatePreset": {"name": "mine now", **COMMAND}, "updateWebhook": {**hook, "name": "mine"}}
        own = {"guild_id": str(GUILD), "type": "utility.ping"}
        tried = 0
        for operation in OPERATIONS:
            for name in set(operation.path_parameters) - PUBLIC:
                if name == "guild_id" and len(operation.path_parameters) > 1:
                    continue  # the foreign server's own objects are tried in test_every_door
                ids = foreign | own | {name: foreign[name]}
                headers = {"Idempotency-Key": uuid4().hex} if operation.method == "POST" else {"If-Match": '"1"'}
                body = bodies.get(operation.id, {}) if operation.body is not None else None
                answer = await client.request(
                    operation.method, PREFIX + operation.path.format(**ids), json=body, headers=headers
                )
                assert answer.status_code == (403 if operation.who.where == "platform" else 404), (operation.id, name)
                if answer.status_code == 404:
                    assert answer.json()["code"] == PATH_PARAMETERS[name].missing, (operation.id, name)
                assert "elsewhere" not in answer.text
                tried += 1
        assert tried > 20
        assert (await member.get(f"{PREFIX}/me")).status_code == 200


async def test_nothing_but_what_is_asked_for_can_be_set(door: RunningWeb) -> None:
    """Mass assignment: what the platform decides is refused in a body, and never taken over."""
    decided = {
        "actor": {"kind": "user", "id": "1"}, "source": "script", "guild_id": str(OTHER_GUILD), "state": "succeeded",
        "grant": {"permissions": "8"}, "id": str(uuid4()), "attempt": 0, "lane": "bulk", "issued_at": "2020-01-01",
        "owner_id": "1", "kind": "script", "created_by": "1", "operator": True, "reply_to": {"token": "x"},
    }  # fmt: skip
    bodies: dict[str, dict[str, Any]] = {**BODIES, "issueCommand": COMMAND}
    async with await door.log_in(ADMIN) as client:
        for operation in OPERATIONS:
            if operation.body is None or operation.who.where in ("platform", "letter"):
                continue
            if operation.who.action is not None and RULES[operation.who.action].level == "operator":
                continue
            ids = {name: parameter.example for name, parameter in PATH_PARAMETERS.items()} | {"guild_id": str(GUILD)}
            path = PREFIX + operation.path.format(**ids)
            known = set(codec.to_builtins(operation.body.__struct_fields__))
            for name, value in decided.items():
                if name in known:
                    continue
                body = bodies.get(operation.id, {}) | {name: value}
                answer = await client.request(
                    operation.method, path, json=body, headers={"Idempotency-Key": uuid4().hex, "If-Match": '"1"'}
                )
                assert answer.status_code == 422, (operation.id, name, answer.text)
        options = {"type": "moderation.warn", "options": {"member": str(int(MEMBER)), "reason": "x", "actor": "1"}}
        answer = await client.post(
            f"{PREFIX}/guilds/{GUILD}/commands", json=options, headers={"Idempotency-Key": uuid4().hex}
        )
        assert (answer.json()["code"], answer.json()["option"]) == ("options_invalid", "actor")
