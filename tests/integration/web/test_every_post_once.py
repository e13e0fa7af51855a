"""Every POST of the API, sent again: the same key gives the same answer and acts once, and is for nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from bus.transport import Transport
from models import control
from models.database import Database
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, RunningWeb, know_the_guilds, running_web
from tests.integration.web.test_approvals_api import a_waiting_ban
from tests.integration.web.test_bulks_api import as_a_worker_starts_it
from tests.integration.web.test_dead_letters_api import letter
from web.api.operation import PREFIX
from web.api.operations import OPERATIONS

POSTS = {operation.id: operation for operation in OPERATIONS if operation.method == "POST"}
HOME = f"{PREFIX}/guilds/{GUILD}"
WARN = {"type": "moderation.warn", "options": {"member": str(int(MEMBER)), "reason": "spam"}}
SHOUT = {"type": "admin.broadcast", "options": {"text": "Back at noon."}}
BULK = {"command": "moderation.timeout", "options": {"minutes": 5}, "members": [str(int(MEMBER))]}
SHOWN_ONCE = {"createKey": "key", "rotateKey": "key", "createWebhook": "secret"}
# Whatever a request can change: rows that are added or taken away, and the version of what processes obey.
BOOKS = (
    "commands", "audit", "api_keys", "presets", "templates", "webhooks", "switches",
    "(SELECT 1 FROM dead_letters, generate_series(0, replays) WHERE state <> 'open')",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: what is in the path, and the body."""

    ids: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


@pytest.fixture
async def web(database: Database, transport: Transport) -> AsyncIterator[RunningWeb]:
    await know_the_guilds(database)
    async with running_web(database, transport, operators=frozenset({int(ADMIN)})) as running:
        yield running


async def made(client: httpx.AsyncClient, path: str, body: Any) -> str:
    answer = await client.post(path, json=body, headers={"Idempotency-Key": uuid4().hex})
    assert answer.status_code in (201, 202), answer.text
    return str(answer.json()["id"])


async def requests_of(web: RunningWeb, person: httpx.AsyncClient) -> dict[str, tuple[Asked, Asked]]:
    """For each operation a request that succeeds, and another one: in its body, or where it has none in its path."""

    def preset(name: str) -> dict[str, Any]:
        return {"name": name, "type": "moderation.warn", "options": WARN["options"]}

    async def command() -> str:
        return await made(person, f"{HOME}/commands", WARN)

    async def bulk() -> str:
        id = await made(person, f"{HOME}/bulks", BULK)
        await as_a_worker_starts_it(web, UUID(id))
        return id

    async def template() -> str:
        return await made(person, f"{PREFIX}/templates", {"name": uuid4().hex, "presets": [preset(uuid4().hex)]})

    async def key() -> str:
        return await made(person, f"{PREFIX}/keys", {"name": "mine", "scopes": ["audit:read"]})

    async def dead(**options: str) -> str:
        return str((await letter(web.database, **options))[0])  # type: ignore[arg-type]

    async def both(name: str, make: Any) -> tuple[Asked, Asked]:
        return Asked({name: await make()}), Asked({name: await make()})

    def bodies(one: Any, other: Any, **ids: str) -> tuple[Asked, Asked]:
        return Asked(ids, one), Asked(ids, other)

    cause = {"code": "discord_unavailable", "type": "moderation.warn"}
    edited = {"options": {**WARN["options"], "reason": "kinder words"}}
    return {
        "issueCommand": bodies(WARN, {**WARN, "dry_run": True}),
        "issuePlatformCommand": bodies(SHOUT, {**SHOUT, "dry_run": True}),
        "startBulk": bodies(BULK, {**BULK, "options": {"minutes": 6}}),
        **{f"{what}Bulk": await both("bulk_id", bulk) for what in ("pause", "resume", "cancel", "retry")},
        "cancelCommand": await both("command_id", command),
        "approveCommand": await both("command_id", lambda: a_waiting_ban(web)),
        "declineCommand": bodies({"reason": "No."}, {"reason": "Never."}, command_id=await a_waiting_ban(web)),
        "createPreset": bodies(preset("One"), preset("Two")),
        "runPreset": bodies({}, {"dry_run": True}, preset_id=await made(person, f"{HOME}/presets", preset("Run"))),
        "useTemplate": await both("template_id", template),
        "createWebhook": bodies(
            {"name": "One", "url": "https://hooks.example.com/1"}, {"name": "Two", "url": "https://hooks.example.com/2"}
        ),
        "createTemplate": bodies(
            {"name": "One", "presets": [preset("x")]}, {"name": "Two", "presets": [preset("x")]}
        ),
        "replayDeadLetter": await both("dead_letter_id", dead),
        "discardDeadLetter": await both("dead_letter_id", dead),
        "replayDeadLetterEdited": bodies(edited, {"options": WARN["options"]},
                                         dead_letter_id=await dead()),
        "replayDeadLetters": bodies(cause, {**cause, "type": "moderation.ban"}),
        "discardDeadLetters": bodies({**cause, "type": "moderation.exile"}, {**cause, "type": "moderation.ban"}),
        "flipSwitch": bodies({"off": True, "command": "utility.ping"}, {"off": False, "command": "utility.ping"}),
        "createKey": bodies({"name": "a", "scopes": ["audit:read"]}, {"name": "b", "scopes": ["audit:read"]}),
        "rotateKey": bodies({"days": 7}, {"days": 8}, key_id=await key()),
    }  # fmt: skip


async def books_of(database: Database) -> dict[str, int]:
    counted = {}
    for book in BOOKS:
        [row] = await database.fetch(f"SELECT count(*) AS n FROM {book} counted")  # noqa: S608 - named above
        counted[book] = row["n"]
    return counted | {"control": await control.version(database)}


async def kept_with(database: Database, text: str) -> int:
    """How many answers are kept that hold this text."""
    assert text
    [row] = await database.fetch("SELECT count(*) AS n FROM idempotency_keys WHERE strpos(answer, $1) > 0", text)
    return int(row["n"])


async def test_the_same_key_gives_the_same_answer_acts_once_and_is_for_nothing_else(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as person, await web.key_client(kind="script") as script:
        requests = await requests_of(web, person)
        assert set(requests) == set(POSTS)
        for id, (one, other) in requests.items():
            operation, client = POSTS[id], script if id == "issuePlatformCommand" else person
            if id.endswith("DeadLetters"):  # more letters with one cause than a request is about
                for _ in range(2):
                    await letter(web.database, type=one.body["type"])

            async def send(asked: Asked, operation: Any = operation, client: Any = client, key: str = id) -> Any:
                path = PREFIX + operation.path.format(guild_id=int(GUILD), **asked.ids)
                return await client.post(path, json=asked.body, headers={"Idempotency-Key": key})

            before = await books_of(web.database)
            first = await send(one)
            assert first.status_code == operation.status, (id, first.text)
            acted = await books_of(web.database)
            assert acted != before, f"{id} changed nothing that is counted here"
            if id.endswith("DeadLetters"):
                await letter(web.database, type=one.body["type"])
            again = await send(one)
            assert await books_of(web.database) == acted, f"{id} acted again"
            answered = first.json()
            if id in SHOWN_ONCE:
                assert await kept_with(web.database, answered.pop(SHOWN_ONCE[id])) == 0, f"{id} keeps a secret"
                answered[SHOWN_ONCE[id]] = None
            if "left" in answered:
                answered["left"] += 1  # that one letter came since
            assert (again.status_code, again.json()) == (first.status_code, answered), id
            assert again.headers.get("location") == first.headers.get("location"), id
            assert again.headers.get("etag") == first.headers.get("etag"), id
            refused = await send(other)
            assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused"), id
            assert await books_of(web.database) == acted, f"{id} acted upon a key that was used"


async def test_of_the_same_request_five_times_at_once_one_acts(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as person:
        body = {"name": "at once", "scopes": ["audit:read"]}
        before = await books_of(web.database)
        answers = await asyncio.gather(
            *(person.post(f"{PREFIX}/keys", json=body, headers={"Idempotency-Key": "at-once"}) for _ in range(5))
        )
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert sum(answer.json()["key"] is not None for answer in answers) == 1
        assert (await books_of(web.database))["api_keys"] == before["api_keys"] + 1
        dead = f"{PREFIX}/dead-letters/{(await letter(web.database))[0]}"
        answers = await asyncio.gather(
            *(person.post(f"{dead}/replay", headers={"Idempotency-Key": "all-at-once"}) for _ in range(5))
        )
        assert {(answer.status_code, answer.json()["id"]) for answer in answers} == {(202, answers[0].json()["id"])}
        assert (await person.get(dead)).json()["replays"] == 1


async def test_a_switch_that_was_flipped_back_stays_so_when_the_first_request_comes_again(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as operator:
        for key, off in (("flip-off", True), ("flip-on", False), ("flip-off", True)):
            body = {"off": off, "command": "utility.ping"}
            answer = await operator.post(f"{PREFIX}/switches", json=body, headers={"Idempotency-Key": key})
            assert answer.json()["off"] is off
    assert (await control.switches(web.database)).off == {}


async def test_what_failed_used_up_no_key(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as operator:
        body = {"name": "Twice", "url": "https://hooks.example.com/in"}
        await made(operator, f"{HOME}/webhooks", body)
        taken = await operator.post(f"{HOME}/webhooks", json=body, headers={"Idempotency-Key": "name"})
        assert taken.json()["code"] == "name_taken"
        other = await operator.post(
            f"{HOME}/webhooks", json={**body, "name": "Once"}, headers={"Idempotency-Key": "name"}
        )
        assert other.status_code == 201


async def test_a_preset_that_is_gone_was_run_once_all_the_same(web: RunningWeb) -> None:
    async with await web.log_in(ADMIN) as person:
        preset = f"{HOME}/presets/" + await made(person, f"{HOME}/presets", {"name": "Gone", **WARN})
        first = await person.post(f"{preset}/run", json={}, headers={"Idempotency-Key": "gone"})
        assert (await person.delete(preset)).status_code == 204
        again = await person.post(f"{preset}/run", json={}, headers={"Idempotency-Key": "gone"})
        assert (again.status_code, again.json()) == (202, first.json())
