"""Commands for many members over the API: what is sent to the workers, and what can be seen of it."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from bus.ids import Snowflake
from models.bulks import Target, start_bulk
from tests.integration.web.running_web import GUILD, MEMBER, MODERATOR, OTHER_GUILD, RunningWeb
from tests.integration.web.test_commands_api import keyed, taken

PATH = f"/api/v1/guilds/{GUILD}/bulks"
BULK = {"command": "moderation.timeout", "options": {"minutes": 5}, "members": [str(MEMBER), "1101000000000977777"]}


async def test_a_bulk_is_a_command_of_its_own(web: RunningWeb) -> None:
    async with await web.key_client() as client:
        answer = await client.post(PATH, json=BULK, headers=keyed(uuid4().hex))
        assert answer.status_code == 202, answer.text
        command = await taken(web.transport)
        assert (str(command.id), command.type, command.options) == (answer.json()["id"], "bulk.start", BULK)
        assert (await client.get(f"{PATH}/{command.id}")).json()["code"] == "bulk_not_found"  # no worker took it yet


async def test_how_far_it_is_and_what_may_be_done_about_it(web: RunningWeb) -> None:
    async with await web.key_client() as client:
        id = (await client.post(PATH, json=BULK, headers=keyed(uuid4().hex))).json()["id"]
        await taken(web.transport)
        await as_a_worker_starts_it(web, UUID(id))
        shown = (await client.get(f"{PATH}/{id}")).json()
        assert {name: shown[name] for name in ("state", "total", "begun", "done", "failed")} == {
            "state": "running", "total": 2, "begun": 0, "done": 0, "failed": 0,
        }  # fmt: skip
        assert (shown["guild_id"], shown["command"]) == (str(GUILD), "moderation.timeout")
        assert id in [bulk["id"] for bulk in (await client.get(PATH)).json()["items"]]
        assert (await client.get(f"{PATH}/{id}/commands")).json()["items"] == []
        for what in ("pause", "resume", "cancel", "retry"):
            answer = await client.post(f"{PATH}/{id}/{what}", headers=keyed(uuid4().hex))
            assert answer.status_code == 202, answer.text
            command = await taken(web.transport)
            assert (command.type, command.options) == (f"bulk.{what}", {"bulk": id})
        elsewhere = await client.get(f"/api/v1/guilds/{OTHER_GUILD}/bulks/{id}")
        assert elsewhere.json()["code"] in ("bulk_not_found", "guild_not_found")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"command": "moderation.vanish"}, 422, "command_unknown"),
        ({"members": []}, 422, "request_invalid"),
        ({"members": ["1"] * 1001}, 422, "request_invalid"),
        ({"members": ["x"]}, 422, "request_invalid"),
        ({"who": "me"}, 422, "request_invalid"),
    ],
)
async def test_what_is_wrong_is_said(web: RunningWeb, changes: dict[str, object], status: int, code: str) -> None:
    async with await web.key_client() as client:
        answer = await client.post(PATH, json={**BULK, **changes}, headers=keyed(uuid4().hex))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_nobody_does_to_many_what_they_may_not_do_to_one(web: RunningWeb) -> None:
    async with await web.log_in(MODERATOR) as client:
        body = {**BULK, "command": "roles.add", "options": {"role": "1101000000000100004"}}
        answer = await client.post(PATH, json=body, headers=keyed(uuid4().hex))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def as_a_worker_starts_it(web: RunningWeb, id: UUID) -> None:
    async with web.database.transaction() as connection:
        await start_bulk(
            connection,
            command_id=id,
            guild_id=Snowflake(GUILD),
            type="moderation.timeout",
            options={"minutes": 5},
            targets=[Target({"member": member}) for member in BULK["members"]],
        )
