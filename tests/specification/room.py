"""One of everything in a server, so that there is something to ask for; and callers of several kinds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from bus.clock import SystemClock
from bus.memory import MemoryBroker, MemoryTransport
from bus.topology import load_topology
from models import api_keys
from models.api_keys import SCOPES
from models.catalogue import load_catalogue
from models.config import Secret
from models.database import BY_KEY, WORKER_ROLE, Database
from sandbox.settings import API_PREFIX
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
from tests.integration.web.test_approvals_api import a_waiting_ban
from tests.integration.web.test_dead_letters_api import letter
from tests.integration.workers.quick import eventually
from tests.postgres import connected
from tests.specification.document import with_known
from web.api.operation import PREFIX
from workers import service
from workers.config import Settings
from workers.handlers.table import load_handlers

__all__ = ["Caller", "Room", "opened"]

_OPERATOR = int(ADMIN)
_HOME = f"{PREFIX}/guilds/{GUILD}"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who asks: a name, and the headers that say who it is."""

    name: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Room:
    """A running web process, who asks it, and its document with the ids of what is in it."""

    url: str
    callers: Sequence[Caller]
    leaver: Caller
    """A browser that may log out everywhere: nobody needs its session for anything else."""
    document: dict[str, Any]


@asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[Room]:
    """In a migrated database. The worker takes the interactive lane alone, so that what bulks begin stays queued."""
    broker = MemoryBroker(load_topology(), SystemClock())
    transport = MemoryTransport(broker, user="web")
    async with connected(Database(database_url, max_size=8)) as database:
        await transport.start()
        await know_the_guilds(database)
        async with (
            running_web(database, transport, operators=frozenset((_OPERATOR,))) as web,
            _worker(broker, database_url, web),
        ):
            values = await _furnish(web)
            document = await _document_of(web, values)
            yield Room(web.url, await _callers(web), Caller("a browser", await _session(web, MEMBER)), document)
        await transport.close()


@asynccontextmanager
async def _worker(broker: MemoryBroker, database_url: str, web: RunningWeb) -> AsyncIterator[None]:
    stop, topology, catalogue = asyncio.Event(), load_topology(), load_catalogue()
    transport = MemoryTransport(broker, user="worker")
    await transport.start()
    settings = Settings(
        discord_token=Secret(web.world.settings.bot_token),
        discord_api_url=web.url + API_PREFIX,
        lanes=("interactive",),
        grace_seconds=2.0,
    )
    async with connected(Database(database_url, role=WORKER_ROLE, max_size=4, session=BY_KEY)) as database:
        running = asyncio.create_task(
            service.run(
                settings,
                transport=transport,
                database=database,
                topology=topology,
                senders=topology.senders,
                catalogue=catalogue,
                handlers=load_handlers(catalogue),
                clock=SystemClock(),
                stop=stop,
            )
        )
        try:
            yield
            stop.set()
            await asyncio.wait_for(running, 30)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await transport.close()


async def _callers(web: RunningWeb) -> Sequence[Caller]:
    """The platform's own key, a person's for one server, a key for nothing, an operator's browser, and nobody."""
    return (
        Caller("the platform's key", await _key(web, *SCOPES, kind="script")),
        Caller("a person's key", await _key(web, *SCOPES, owner_id=int(ADMIN), guild_ids=[GUILD])),
        Caller("a key without scopes", await _key(web, "none")),
        Caller("an operator's browser", await _session(web, _OPERATOR)),
        Caller("nobody", {}),
    )


async def _session(web: RunningWeb, user_id: int) -> dict[str, str]:
    browser = await web.log_in(user_id)
    await browser.aclose()
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return {name: browser.headers[name] for name in ("X-CSRF-Token", "Origin")} | {"Cookie": cookie}


async def _furnish(web: RunningWeb) -> dict[str, list[str]]:
    """Makes what there can be, and says what to ask for by the name of the parameter."""
    warn = {"type": "moderation.warn", "options": {"member": str(int(MEMBER)), "reason": "spam"}}
    members = [str(int(member)) for member in (MEMBER, MODERATOR)]
    bulk = {"command": "moderation.timeout", "options": {"minutes": 5}, "members": members}
    shout = {"type": "admin.broadcast", "options": {"text": "Back at noon."}}
    preset = {"name": "Warn", "type": "moderation.warn", "options": {"reason": "spam"}}
    hook = {"name": "Mine", "url": "https://hooks.example.org/guildbus"}
    platform = Caller("", await _key(web, *SCOPES, kind="script"))
    async with web.client(**platform.headers) as client, await web.log_in(_OPERATOR) as person:
        letters = [str((await letter(web.database, guild_id=guild))[0]) for guild in (GUILD, OTHER_GUILD) for _ in "12"]
        bulk_id = await _made(client, f"{_HOME}/bulks", bulk)
        return {
            "guild_id": [str(int(GUILD)), str(int(OTHER_GUILD)), "81384788765712384"],
            "person_id": [str(int(MEMBER)), "80351110224678912"],
            "user_id": [str(int(MEMBER)), "80351110224678912"],
            "command_id": [await _made(client, f"{_HOME}/commands", warn) for _ in "123"],
            "cancelCommand.command_id": await _begun(client, bulk_id, len(members)),
            "bulk_id": [bulk_id],
            "preset_id": [await _made(client, f"{_HOME}/presets", preset)],
            "updatePreset.body.name": ["Warn them"],
            "template_id": [await _made(person, f"{PREFIX}/templates", {"name": "Start", "presets": [preset]})],
            "updateTemplate.body.name": ["Beginning"],
            "webhook_id": [await _made(client, f"{_HOME}/webhooks", hook)],
            "updateWebhook.body.name": ["Ours"],
            "key_id": [await _made(person, f"{PREFIX}/keys", {"name": "Mine", "scopes": ["commands:read"]})],
            "type": ["moderation.warn", "utility.ping", "nobody.knows"],
            "dead_letter_id": letters,
            "replayDeadLetterEdited.dead_letter_id": [str((await letter(web.database))[0])],
            "approveCommand.command_id": [await a_waiting_ban(web)],
            "declineCommand.command_id": [await a_waiting_ban(web)],
            "getPlatformCommand.command_id": [await _made(client, f"{PREFIX}/commands", shout)],
            "session_id": [next(one["id"] for one in (await person.get(f"{PREFIX}/sessions")).json()["items"])],
            "If-Match": ['"1"', '"7"'],
            "changeSettings.If-Match": ['"0"', '"1"', '"7"'],
            "replaceSettings.If-Match": ['"0"', '"1"', '"7"'],
            "replaceSettings.guild_id": [str(int(OTHER_GUILD))],
            "command": ["moderation.timeout", "utility.ping", "nobody.knows"],
            "member": [str(int(MEMBER)), "80351110224678912"],
        }


async def _begun(client: httpx.AsyncClient, bulk_id: str, many: int) -> list[str]:
    """The commands of a bulk, once the worker has begun them."""

    async def children() -> list[str]:
        answer = await client.get(f"{_HOME}/bulks/{bulk_id}/commands")
        found = [one["id"] for one in answer.json()["items"]] if answer.is_success else []
        return found if len(found) == many else []

    return await eventually(children, "the bulk's commands", seconds=30)


async def _document_of(web: RunningWeb, values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
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
