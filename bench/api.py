"""`api`: the time that each endpoint of one web process takes at 100 requests/s, on a database of a busy month."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from uuid import uuid4

import aiohttp

from bench.api_data import ADMIN, Data, fill
from bench.api_plan import MEASURED, Ask, Endpoint, endpoints
from bench.figures import medians, percentile
from bench.sandbox_process import sandbox_process
from bench.servers import own_servers
from bench.web_process import web_process
from bus.clock import SystemClock
from models.database import Database
from web.config import Settings
from web.csrf import csrf_token

__all__ = ["measure"]

_RATE = 100.0
_WARM = 20
_CONNECTIONS = 50
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
_SECRET = "a secret of the benchmark alone"  # noqa: S105 (of no use elsewhere)


async def measure(*, rounds: int, requests: int) -> dict[str, dict[str, float]]:
    """Medians by endpoint. Raises RuntimeError where an answer is no success."""
    found: dict[str, list[dict[str, float]]] = {}
    async with own_servers() as servers, sandbox_process(servers) as discord:
        database = Database(servers.database_url, max_size=4)
        await database.connect()
        try:
            data = await fill(database, SystemClock().now())
        finally:
            await database.close()
        # As autovacuum leaves tables that grew in weeks; the application's role may not.
        await servers.execute("VACUUM ANALYZE")
        own = {"OPERATORS": str(ADMIN), "SESSION_SECRET": _SECRET, "DISCORD_API_URL": discord.api_url}
        async with web_process(servers, own) as (web, port), _asker(port, data) as asker:
            for endpoint in _measured():
                await asker.ask(endpoint, _WARM)
            for round_number in range(rounds):
                for endpoint in _measured():
                    cpu = (web.cpu_seconds(), servers.cpu_seconds()[0])
                    took = await asker.ask(endpoint, requests)
                    figures = {f"p{percent}": percentile(took, percent) for percent in (50, 95, 99)}
                    figures["web_cpu"] = (web.cpu_seconds() - cpu[0]) / requests * 1000
                    figures["postgresql_cpu"] = (servers.cpu_seconds()[0] - cpu[1]) / requests * 1000
                    found.setdefault(f"{endpoint.method} {endpoint.name}", []).append(figures)
                print(f"round {round_number + 1} (load {os.getloadavg()[0]:.1f})", file=sys.stderr)
    return {name: medians(figures) for name, figures in found.items()}


def _measured() -> list[Endpoint]:
    return [endpoint for endpoint in endpoints() if endpoint.name in MEASURED]


@dataclass(slots=True)
class _Asker:
    """Sends requests at a fixed rate, each on time whether or not those before it were answered."""

    address: str
    data: Data
    session: aiohttp.ClientSession
    cookie: str
    members: Iterator[tuple[str, str]]
    """A session and its person's own key."""
    leaving: Iterator[str]
    ids: dict[str, Iterator[str]] = field(default_factory=dict)

    async def ask(self, endpoint: Endpoint, count: int) -> list[float]:
        """Milliseconds from the moment when each was due to the last byte of its answer."""
        asked, queries = MEASURED[endpoint.name], cycle(MEASURED[endpoint.name].queries)
        started, tasks = time.perf_counter(), []
        for index in range(count):
            due = started + index / _RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.ensure_future(self._one(endpoint, asked, next(queries), due)))
        return list(await asyncio.gather(*tasks))

    async def _one(self, endpoint: Endpoint, asked: Ask, query: str, due: float) -> float:
        session, own = self._who(asked)
        path = _PARAMETER.sub(
            lambda found: own.get(found[1]) or self._id(asked.ids.get(found[1], found[1])), endpoint.path
        )
        address = f"{self.address}{path}?{query}" if query else f"{self.address}{path}"
        async with self.session.request(
            endpoint.method, address, headers=self._headers(endpoint, session), json=asked.body, allow_redirects=False
        ) as answer:
            text = await answer.text()
        if answer.status >= 400:
            raise RuntimeError(f"{endpoint.method} {address}: {answer.status} {text[:500]}")
        return (time.perf_counter() - due) * 1000

    def _who(self, asked: Ask) -> tuple[str | None, dict[str, str]]:
        """The session (None: the script's key), and ids that only its person has."""
        if asked.who == "members":
            session, key = next(self.members)
            return session, {"key_id": key}
        sessions = {"admin": self.data.admin, "script": None}
        return sessions[asked.who] if asked.who in sessions else next(self.leaving), {}

    def _headers(self, endpoint: Endpoint, session: str | None) -> dict[str, str]:
        if session is None:
            headers = {"Authorization": f"Bearer {self.data.script_key}"}
        else:
            headers = {"Cookie": f"{self.cookie}={session}"}
            if endpoint.method == "POST":
                headers |= {"Origin": self.address, "X-CSRF-Token": csrf_token(session, _SECRET.encode())}
        return headers | {"Idempotency-Key": uuid4().hex} if endpoint.method == "POST" else headers

    def _id(self, parameter: str) -> str:
        return next(self.ids.setdefault(parameter, cycle(self.data.ids[parameter])))


@asynccontextmanager
async def _asker(port: int, data: Data) -> AsyncIterator[_Asker]:
    address = f"http://127.0.0.1:{port}"
    cookie = Settings(
        amqp_url="", database_url="", session_secret=b"", public_url=address, discord_application_id=1,
        discord_client_secret="",
    ).session_cookie  # fmt: skip
    connector, jar = aiohttp.TCPConnector(limit=_CONNECTIONS), aiohttp.DummyCookieJar()
    members = list(zip(data.members, data.ids["key_id"], strict=True))
    async with aiohttp.ClientSession(connector=connector, cookie_jar=jar) as session:
        yield _Asker(address, data, session, cookie, cycle(members), cycle(data.leaving))
