"""Every operation and every page, tried by everybody, in one server and in another: who may is said here again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from models import api_keys
from models.api_keys import SCOPES
from sandbox.seed import person_id
from tests.integration.web.attacks.conftest import OPERATOR
from tests.integration.web.attacks.who_may import ACTIONS, PAGES, RANKS
from tests.integration.web.running_web import ADMIN, GUILD, MEMBER, MODERATOR, OTHER_GUILD, RunningWeb
from tests.integration.web.test_dead_letters_api import letter
from web.api.operation import PATH_PARAMETERS, PREFIX, Operation
from web.api.operations import OPERATIONS

# A thousand requests, each with its look-ups: more than two minutes on a machine that does much else.
pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(600)]

STRANGER = person_id("stranger")
NOT_LET_IN = {"not_authenticated", "not_permitted", "scope_missing", "guild_not_found", "csrf_rejected"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at the door. `home` is the rank in GUILD, `away` in OTHER_GUILD, `platform` outside of any."""

    name: str
    client: httpx.AsyncClient
    home: str = "nobody"
    away: str = "nobody"
    platform: str = "nobody"
    scopes: frozenset[str] | None = None
    logged_in: bool = True
    script: bool = False

    def rank(self, guild: int | None) -> str:
        return self.platform if guild is None else self.home if guild == GUILD else self.away


@asynccontextmanager
async def everybody(web: RunningWeb) -> AsyncIterator[list[Caller]]:
    """People by their rank, keys by scope, guild and owner, and those whose login or key has ended."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with AsyncExitStack() as stack:

        async def person(name: str, id: int, **ranks: Any) -> Caller:
            client = await stack.enter_async_context(await web.log_in(id))
            return Caller(name, client, **ranks)

        async def key(name: str, scopes: frozenset[str], *, ended: str = "", ranks: Any, **made: Any) -> Caller:
            made = {"kind": "api"} | made | ({"expires_at": past} if ended == "expired" else {})
            stored, text = await api_keys.create(
                web.database, name=name, scopes=sorted(scopes) or ["none"], created_by="test", **made
            )
            if ended == "revoked":
                await api_keys.revoke(web.database, stored.id, by="test")
            client = await stack.enter_async_context(web.client(Authorization=f"Bearer {text.reveal()}"))
            script = made["kind"] == "script"
            return Caller(name, client, scopes=scopes, logged_in=not ended, script=script, **({} if ended else ranks))

        every, all_guilds = frozenset(SCOPES), {"home": "admin", "away": "admin", "platform": "admin"}
        out = await person("logged out", ADMIN, logged_in=False)
        await out.client.post("/logout", data={"csrf_token": out.client.headers["X-CSRF-Token"]})
        forged = web.client(Cookie="guildbus=" + "A" * 43, **{"X-CSRF-Token": "0" * 64, "Origin": web.url})
        callers = [
            Caller("nobody", await stack.enter_async_context(web.client()), logged_in=False),
            Caller("forged session", await stack.enter_async_context(forged), logged_in=False),
            out,
            await person("viewer", MEMBER, home="viewer"),
            await person("moderator", MODERATOR, home="moderator"),
            await person("admin", ADMIN, home="admin"),
            await person("stranger", STRANGER),
            await person("operator", OPERATOR, home="operator", away="operator", platform="operator"),
            await key("every guild", every, ranks=all_guilds),
            await key("script", every, ranks=all_guilds, kind="script"),
            await key("one guild", every, ranks={"home": "admin"}, guild_ids=[GUILD]),
            await key("script of one guild", every, ranks={"home": "admin"}, guild_ids=[GUILD], kind="script"),
            await key("another guild", every, ranks={"away": "admin"}, guild_ids=[OTHER_GUILD]),
            await key("no scope", frozenset(), ranks=all_guilds),
            await key("a viewer's", every, ranks={"home": "viewer"}, owner_id=int(MEMBER)),
            await key("a moderator's", every, ranks={"home": "moderator"}, owner_id=int(MODERATOR)),
            await key("an operator's", every, ranks={}, owner_id=int(OPERATOR)),
            await key("expired", every, ended="expired", ranks=all_guilds),
            await key("revoked", every, ended="revoked", ranks=all_guilds),
        ]
        yield callers


def may(caller: Caller, operation: Operation, guild: int | None) -> bool:
    """From the tables above alone."""
    if not caller.logged_in:
        return False
    if operation.who.action is None:
        return True
    rank, scope = ACTIONS[operation.who.action]
    if caller.scopes is not None and (scope == "-" or (scope and scope not in caller.scopes)):
        return False
    if operation.id == "issuePlatformCommand":
        return caller.script and caller.platform == "admin"
    if operation.id in ("getPlatformCommand", "listPlatformCommands"):
        rank = "admin"
    if operation.id == "listDeadLetters":
        rank = "nobody"  # it lists those of the servers where one may
    if operation.id in ("replayDeadLetter", "replayDeadLetterEdited"):
        # To replay is to issue a command as well: with a permission in the server, or with a script's key outside.
        issues = caller.rank(guild) == "admin" if guild is not None else caller.script and caller.platform == "admin"
        return issues and (caller.scopes is None or "commands:write" in caller.scopes)
    return RANKS.index(caller.rank(guild)) >= RANKS.index(rank)


def guilds_of(operation: Operation) -> tuple[int | None, ...]:
    if operation.who.where == "guild":
        return (int(GUILD), int(OTHER_GUILD))
    return (int(GUILD), int(OTHER_GUILD), None) if "dead_letter_id" in operation.path else (None,)


EXAMPLES = {name: parameter.example for name, parameter in PATH_PARAMETERS.items()}
BODIES: dict[str, dict[str, Any]] = {
    "issuePlatformCommand": {"type": "admin.broadcast", "options": {"text": "x"}},
    "replayDeadLetterEdited": {"options": {"member": str(int(MEMBER)), "reason": "edited"}},
    "declineCommand": {"reason": "x"},
    "flipSwitch": {"off": False, "command": "utility.ping"},
}


async def outcome(caller: Caller, operation: Operation, ids: dict[str, str]) -> tuple[int, str]:
    """Status and problem code; of a stream only its beginning."""
    path = PREFIX + operation.path.format(**ids)
    headers = {"Idempotency-Key": uuid4().hex} if operation.method == "POST" else {}
    body = BODIES.get(operation.id, {}) if operation.body is not None else None
    async with caller.client.stream(operation.method, path, headers=headers, json=body) as answer:
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            return answer.status_code, ""
        await answer.aread()
        is_problem = answer.headers.get("content-type") == "application/problem+json"
        return answer.status_code, answer.json()["code"] if is_problem else ""


async def test_every_operation_lets_in_exactly_whom_it_should(door: RunningWeb) -> None:
    async with everybody(door) as callers:
        script = next(caller for caller in callers if caller.name == "script")
        platform_command = await script.client.post(
            f"{PREFIX}/commands", json=BODIES["issuePlatformCommand"], headers={"Idempotency-Key": uuid4().hex}
        )
        # Of what is not there a caller who was let in is told so.
        ids = {name: parameter.example for name, parameter in PATH_PARAMETERS.items()}
        ids |= {
            "person_id": str(int(MEMBER)),
            "user_id": str(int(MEMBER)),
            "command_id": platform_command.json()["id"],
            "type": "utility.ping",
        }
        letters = {
            int(GUILD): str((await letter(door.database))[0]),
            int(OTHER_GUILD): str((await letter(door.database, guild_id=OTHER_GUILD))[0]),
            None: str((await letter(door.database, guild_id=None, type="admin.broadcast", text="x"))[0]),
        }
        wrong: list[str] = []
        # What ends something comes last: a logout everywhere, and letters that are put away.
        for operation in sorted(OPERATIONS, key=lambda one: (one.id == "endAllSessions", "discard" in one.id)):
            for guild in guilds_of(operation):
                for caller in callers:
                    if guild == OTHER_GUILD and not caller.logged_in:
                        continue  # they were kept out without a look at the server
                    where = {**EXAMPLES, **ids, "guild_id": str(guild or 0), "dead_letter_id": letters[guild]}
                    status, code = await outcome(caller, operation, where)
                    unseen = "dead_letter_id" in operation.path and code == "dead_letter_not_found"
                    let_in = code not in NOT_LET_IN and not unseen
                    if let_in is not may(caller, operation, guild) or status >= 500:
                        wrong.append(f"{caller.name}: {operation.id} in {guild}: {status} {code}")
        assert "\n".join(wrong) == ""


async def test_every_page_lets_in_exactly_whom_it_should(door: RunningWeb) -> None:
    ids = {name: str(uuid4()) for name in ("command_id", "dead_letter_id", "entry_id")} | {"person_id": "7"}
    async with everybody(door) as callers:
        for page, rank in PAGES.items():
            for guild in (int(GUILD), int(OTHER_GUILD)):
                for caller in callers:
                    if caller.scopes is not None:
                        continue  # keys are for the API: pages know people only
                    path = f"/guilds/{guild}{page.format(**ids)}"
                    answer = await caller.client.get(path, headers={"Accept": "text/html"})
                    what = (caller.name, path, answer.status_code)
                    if not caller.logged_in:
                        assert answer.status_code == 303, what
                        assert answer.headers["location"].startswith("/login?"), what
                    elif RANKS.index(caller.rank(guild)) >= RANKS.index(rank):
                        assert answer.status_code == (404 if "{" in page else 200) or (
                            page == "" and answer.status_code == 303
                        ), what
                    else:
                        assert answer.status_code == (403 if caller.rank(guild) != "nobody" else 404), what
