"""Everything that a full run wrote is searched for the interaction tokens and keys that it used."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import quote

import aiohttp
import asyncpg
import pytest

from sandbox.settings import SandboxSettings
from tests.acceptance.platform import GUILD, Platform, crowd

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

# The sandbox is Discord: what it remembers is not ours. The platform's own keys are kept in files for their owner.
_NOT_OURS = ("sandbox.json", "sandbox-state", "/secrets/", "/keys/")


async def test_no_token_and_no_key_is_in_tables_stream_dead_letters_or_logs(platform: Platform):
    key = await platform.a_key("commands:write", "commands:read", "audit:read")
    admin = await platform.log_in("admin")
    async with platform.watch(admin) as feed, the_tokens(platform) as tokens:
        await platform.slash("moderator", "warn", member=crowd(5), reason="one")
        await platform.slash("moderator", "ban", member=crowd(6))
        route = "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}"
        await platform.fault(route=route, kind="status", status=403, times=1)
        await platform.slash("admin", "role add", member=crowd(7), role=str(int(GUILD) + 4))
        await feed.until(lambda so_far: any(event["type"] == "command.failed" for event in so_far.events))
    assert len(tokens) == 3
    own = [SandboxSettings().bot_token, SandboxSettings().client_secret, *the_kept_secrets(platform.data_dir)]
    secrets = [*tokens, *own, key, *admin.cookies.values(), *await sent_where_they_do_not_belong(platform)]
    assert all(len(secret) > 15 for secret in secrets)

    written = {"stream": str(feed.frames), "output": "".join(platform.output)}
    written |= await asyncio.to_thread(the_files, platform.data_dir)
    written |= await the_tables(platform)
    assert any(name.endswith(".log") for name in written)
    assert "table commands" in written
    found = [(name, secret[:6]) for name, text in written.items() for secret in secrets if secret in text]
    assert found == []


async def sent_where_they_do_not_belong(platform: Platform) -> list[str]:
    """What people mistype and browsers carry: in queries, bodies and headers, for errors and logs to quote."""
    wrong_key, in_query = f"gb_planted0_{token_urlsafe(32)}", token_urlsafe(32)
    in_body, in_path = token_urlsafe(32), token_urlsafe(32)
    path = f"/api/v1/guilds/{GUILD}/commands"
    member = await platform.log_in("member")
    made = await member.post(
        "/api/v1/keys", json={"name": "own", "scopes": ["commands:write"]}, headers={"Idempotency-Key": "own"}
    )
    assert made.status_code == 201, made.text
    async with platform.client(Authorization=f"Bearer {wrong_key}") as http:
        assert (await http.get("/api/v1/me")).status_code == 401
    async with platform.client() as http:
        assert (await http.get("/api/v1/me", params={"access_token": in_query})).status_code == 401
        lost = await http.get("/login/callback", params={"code": in_path, "state": in_path})
        assert lost.status_code == 400
    for content in (f'{{"type": "utility.ping", "token": "{in_body}"}}', f'{{"token": "{in_body}', in_body):
        headers = {"Idempotency-Key": token_urlsafe(8), "Content-Type": "application/json"}
        answer = await member.post(path, content=content, headers=headers)
        assert answer.status_code in (400, 422)
        assert in_body not in answer.text
    return [wrong_key, in_query, in_body, in_path, made.json()["key"], member.headers["X-CSRF-Token"]]


def the_kept_secrets(data_dir: Path) -> list[str]:
    """Those that the platform made for itself. RabbitMQ's definitions, which its node reads, hold hashes only."""
    kept = [path.read_text().strip() for path in (data_dir / "secrets").iterdir() if path.is_file()]
    assert kept
    return [secret for secret in kept if not secret.startswith("{")]


@asynccontextmanager
async def the_tokens(platform: Platform) -> AsyncIterator[list[str]]:
    """The interaction tokens, as a second gateway session of the same bot gets them."""
    tokens: list[str] = []
    url = platform.url.replace("http", "ws", 1) + "/sandbox/gateway?v=10&encoding=json"
    identify = {"token": SandboxSettings().bot_token, "intents": 1, "properties": {}}
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as gateway:
        await gateway.receive_json()
        await gateway.send_json({"op": 2, "d": identify})
        assert (await gateway.receive_json())["t"] == "READY"

        async def read() -> None:
            async for frame in gateway:
                said = json.loads(frame.data)
                if said["t"] == "INTERACTION_CREATE":
                    tokens.append(said["d"]["token"])

        reading = asyncio.create_task(read())
        yield tokens
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


def the_files(data_dir: Path) -> dict[str, str]:
    """Logs and whatever else the platform wrote for itself; the databases are read through their own doors."""
    ours = [path for path in data_dir.rglob("*") if path.is_file() and path.suffix in (".log", ".txt", ".json")]
    return {
        str(path): path.read_text(errors="replace")
        for path in ours
        if not any(name in str(path) for name in _NOT_OURS) and "postgres" not in path.parts
    }


async def the_tables(platform: Platform) -> dict[str, str]:
    """Every row of every table as text."""
    folder = next(platform.data_dir.rglob(".s.PGSQL.5432"), None)
    code, out, _ = await platform.guildbus("doctor", "--json")
    del code
    host = str(folder.parent) if folder is not None else re.findall(r"PostgreSQL [\d.]+ at (\S+):5432", out)[0]
    connection = await asyncpg.connect(f"postgresql://guildbus@/guildbus?host={quote(host, safe='')}")
    try:
        names = await connection.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200")
        tables = {}
        for (name,) in names:
            rows = await connection.fetch(f'SELECT t::text FROM "{name}" t')  # noqa: S608
            tables[f"table {name}"] = "\n".join(row[0] for row in rows)
        tables["table commands"] = "\n".join(text for name, text in tables.items() if "commands" in name)
        return tables
    finally:
        await connection.close()
