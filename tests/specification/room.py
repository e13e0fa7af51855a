"""One of everything in a server, so that there is something to ask for; and callers of several kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from models import api_keys
from models.api_keys import SCOPES
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, OTHER_GUILD, RunningWeb
from tests.integration.web.test_approvals_api import a_waiting_ban
from tests.integration.web.test_bulks_api import as_a_worker_starts_it
from tests.integration.web.test_dead_letters_api import letter
from tests.specification.document import with_known
from web.api.operation import PREFIX

__all__ = ["OPERATOR", "Caller", "callers", "document_of", "furnish"]

OPERATOR = int(ADMIN)
_HOME = f"{PREFIX}/guilds/{GUILD}"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who asks: a name, and the headers that say who it is."""

    name: str
    headers: Mapping[str, str]


async def callers(web: RunningWeb) -> Sequence[Caller]:
    """The platform's own key, a person's for one server, a key for nothing, an operator's browser, and nobody."""
    browser = await web.log_in(OPERATOR)
    await browser.aclose()
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    session = {name: browser.headers[name] for name in ("X-CSRF-Token", "Origin")} | {"Cookie": cookie}
    return (
        Caller("the platform's key", await _key(web, *SCOPES, kind="script")),
        Caller("a person's key", await _key(web, *SCOPES, owner_id=int(ADMIN), guild_ids=[GUILD])),
        Caller("a key without scopes", await _key(web, "none")),
        Caller("an operator's browser", session),
        Caller("nobody", {}),
    )


async def furnish(web: RunningWeb) -> dict[str, list[str]]:
    """Makes what there can be, and says what to ask for by the name of the parameter."""
    warn = {"type": "moderation.warn", "options": {"member": str(int(MEMBER)), "reason": "spam"}}
    bulk = {"command": "moderation.timeout", "options": {"minutes": 5}, "members": [str(int(MEMBER))]}
    shout = {"type": "admin.broadcast", "options": {"text": "Back at noon."}}
    preset = {"name": "Warn", "type": "moderation.warn", "options": {"reason": "spam"}}
    hook = {"name": "Mine", "url": "https://hooks.example.org/guildbus"}
    platform = Caller("", await _key(web, *SCOPES, kind="script"))
    async with web.client(**platform.headers) as client, await web.log_in(OPERATOR) as person:
        letters = [str((await letter(web.database, guild_id=guild))[0]) for guild in (GUILD, OTHER_GUILD) for _ in "12"]
        bulk_id = await _made(client, f"{_HOME}/bulks", bulk)
        await as_a_worker_starts_it(web, UUID(bulk_id))
        return {
            "guild_id": [str(int(GUILD)), str(int(OTHER_GUILD)), "81384788765712384"],
            "person_id": [str(int(MEMBER)), "80351110224678912"],
            "command_id": [await _made(client, f"{_HOME}/commands", warn) for _ in "123"],
            "bulk_id": [bulk_id],
            "preset_id": [await _made(client, f"{_HOME}/presets", preset)],
            "template_id": [await _made(person, f"{PREFIX}/templates", {"name": "Start", "presets": [preset]})],
            "webhook_id": [await _made(client, f"{_HOME}/webhooks", hook)],
            "key_id": [await _made(person, f"{PREFIX}/keys", {"name": "Mine", "scopes": ["commands:read"]})],
            "type": ["moderation.warn", "utility.ping", "nobody.knows"],
            "dead_letter_id": letters,
            "replayDeadLetterEdited.dead_letter_id": [str((await letter(web.database))[0])],
            "approveCommand.command_id": [await a_waiting_ban(web)],
            "declineCommand.command_id": [await a_waiting_ban(web)],
            "getPlatformCommand.command_id": [await _made(client, f"{PREFIX}/commands", shout)],
            "session_id": [next(one["id"] for one in (await person.get(f"{PREFIX}/sessions")).json()["items"])],
            "If-Match": ['"1"', '"7"'],
            "command": ["moderation.timeout", "utility.ping", "nobody.knows"],
            "member": [str(int(MEMBER)), "80351110224678912"],
        }


async def document_of(web: RunningWeb, values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The document that the process serves, with these values."""
    async with web.client() as client:
        return with_known((await client.get("/api/openapi.json")).json(), values)


async def _made(client: httpx.AsyncClient, path: str, body: object) -> str:
    answer = await client.post(path, json=body, headers={"Idempotency-Key": uuid4().hex})
    assert answer.status_code in (201, 202), answer.text
    return str(answer.json()["id"])


async def _key(web: RunningWeb, *scopes: str, **made: object) -> dict[str, str]:
    _, key = await api_keys.create(web.database, name="schemathesis", scopes=scopes, created_by="test", **made)  # type: ignore[arg-type]
    return {"Authorization": f"Bearer {key.reveal()}"}
