"""The whole platform on this machine, started and stopped by the instrument: servers, proxies, processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

import aiohttp
import asyncpg

from bus.clock import SystemClock
from bus.rabbitmq import RabbitMQTransport
from bus.topology import load_topology
from models import api_keys, migrate
from models.database import Database
from models.embedded import EmbeddedPostgres
from sandbox.settings import SandboxSettings
from scripts.commands.keys import SCOPES
from tests.chaos.clocks import step_clock
from tests.chaos.cluster import Cluster
from tests.chaos.discord import GUILDS, Discord
from tests.chaos.load import Load, WaysIn
from tests.chaos.rooms import Room
from tests.chaos.sessions import LiveClient
from tests.proxy import Proxy

__all__ = ["Platform", "platform"]

_WORKERS, _WEBS, _SHARDS = 2, 2, 2
_SESSIONS_PER_GUILD = 3
_READY_SECONDS = 90.0
_CONNECTIONS = 200
_QUICK_SECONDS = 2.0
_PROBE = aiohttp.ClientTimeout(total=2)
_ROOT = Path(__file__).resolve().parent.parent.parent
_DISCORD = SandboxSettings()


@dataclass(slots=True)
class Platform:
    """Every part that a fault may touch. `broker`, `store` and `rest` are the proxies of each process, by its name."""

    folder: Path
    cluster: Cluster
    postgres: EmbeddedPostgres
    database_url: str
    discord: Discord
    sandbox: Room
    dice: Random
    rooms: dict[str, Room] = field(default_factory=dict)
    environs: dict[str, dict[str, str]] = field(default_factory=dict)
    broker: dict[str, Proxy] = field(default_factory=dict)
    store: dict[str, Proxy] = field(default_factory=dict)
    rest: dict[str, Proxy] = field(default_factory=dict)
    web_urls: list[str] = field(default_factory=list)
    front: Proxy = field(default_factory=Proxy)
    key: str = ""
    sessions: list[LiveClient] = field(default_factory=list)
    probe: aiohttp.ClientSession | None = None
    load: Load | None = None

    def of(self, module: str) -> list[str]:
        """The names of the processes of one room."""
        return [name for name, room in self.rooms.items() if room.module == module]

    def clock_file(self, name: str) -> Path:
        return self.folder / f"{name}.clock"

    async def add_room(self, name: str, module: str, **settings: str) -> None:
        """A process behind proxies of its own, not started yet."""
        user = {"workers": "worker"}.get(module, module)
        for proxies, targets in (
            (self.broker, self.cluster.ports),
            (self.store, [self._database_socket()]),
            (self.rest, [int(self.discord.url.rpartition(":")[2])]),
        ):
            proxies[name] = Proxy(*targets)
            await proxies[name].open()
        step_clock(self.clock_file(name), 0.0)
        self.environs[name] = {
            **os.environ,
            "PYTHONPATH": f"{self.folder / 'plugins'}{os.pathsep}{_ROOT}",
            "AMQP_URL": self.cluster.amqp_url(user, self.broker[name].port),
            "DATABASE_URL": f"postgresql://guildbus@127.0.0.1:{self.store[name].port}/guildbus",
            "DISCORD_TOKEN": _DISCORD.bot_token,
            "DISCORD_API_URL": f"http://127.0.0.1:{self.rest[name].port}{self.discord.api_path}",
            "DISCORD_APPLICATION_ID": str(_DISCORD.application_id),
            "DISCORD_CLIENT_SECRET": _DISCORD.client_secret,
            "WEBHOOK_ALLOW": self.discord.sink_url,
            "PROFILE": "test",
            # The load comes from one address with one key: limits are for people, and refusals no loss.
            "RATE_PER_ADDRESS": "0",
            "RATE_PER_KEY": "0",
            "RATE_PER_GUILD": "0",
            "LOG_LEVEL": "INFO",
            "CHAOS_CLOCK": str(self.clock_file(name)),
            **settings,
        }
        self.rooms[name] = Room(name, module, self.environs[name], self.folder / f"{name}.log")

    def second(self, name: str) -> Room:
        """Another process like this one, for a deploy that starts the new one before it stops the old."""
        return Room(name, self.rooms[name].module, self.environs[name], self.folder / f"{name}.log")

    async def parts_missing(self) -> str:
        """Which part is not there at present; empty where all are."""
        down = [name for name, room in self.rooms.items() if not room.running]
        if down:
            return f"not running: {', '.join(down)}"
        assert self.probe is not None
        for url in self.web_urls:
            try:
                async with self.probe.get(f"{url}/readyz") as answer:
                    if answer.status != 200:
                        return f"{url} is not ready: {(await answer.text())[:300]}"
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                return f"{url} does not answer: {type(error).__name__}"
        shards = await self.discord.connected_shards()
        if len(shards) < _SHARDS:
            return f"only shards {sorted(shards)} are connected"
        away = [client.book.name for client in self.sessions if not client.connected]
        return f"sessions without a connection: {', '.join(away)}" if away else ""

    async def trouble(self) -> str:
        """What does not work at present, as people would see it; empty where everything does."""
        if missing := await self.parts_missing():
            return missing
        if self.load is not None and self.load.oldest_waiting_seconds() > _QUICK_SECONDS:
            return f"{self.load.waiting} commands wait, the oldest for {self.load.oldest_waiting_seconds():.0f} s"
        return ""

    async def until_it_works(self, seconds: float) -> None:
        """Raises TimeoutError that says what did not come back."""
        deadline = time.monotonic() + seconds
        while said := await self.trouble():
            if time.monotonic() > deadline:
                raise TimeoutError(said)
            await asyncio.sleep(0.2)

    def _database_socket(self) -> Path:
        (folder,) = parse_qs(urlsplit(self.database_url).query)["host"]
        return Path(folder) / ".s.PGSQL.5432"


@asynccontextmanager
async def platform(dice: Random, *, rate: float) -> AsyncIterator[Platform]:
    """Everything started and working; stopped and deleted at the end, with no process left."""
    folder = _folder()
    cluster, postgres = Cluster(folder / "rabbitmq"), EmbeddedPostgres(folder / "data")
    sandbox_port = _free_port()
    discord = Discord(f"http://127.0.0.1:{sandbox_port}")
    sandbox = Room(
        "sandbox", "sandbox", {**os.environ, "PYTHONPATH": str(_ROOT)}, folder / "sandbox.log",
        "--port", str(sandbox_port),
    )  # fmt: skip
    made = Platform(folder, cluster, postgres, "", discord, sandbox, dice)
    script: RabbitMQTransport | None = None
    database: Database | None = None
    try:
        _, made.database_url = await asyncio.gather(cluster.start(), _start_postgres(postgres))
        await migrate.upgrade(made.database_url)
        await sandbox.start()
        await _until_answers(discord)
        await discord.lift_limits()
        _install_plugin(folder / "plugins")
        database = Database(made.database_url, max_size=6)
        await database.connect()
        _, key = await api_keys.create(database, name="chaos", scopes=SCOPES, created_by="chaos")
        made.key = key.reveal()
        balancer = Proxy(*cluster.ports)
        await balancer.open()
        made.broker["script"] = balancer
        script = RabbitMQTransport(
            cluster.amqp_url("script", balancer.port), load_topology(), clock=SystemClock(), name="chaos"
        )
        await script.start()
        await _add_rooms(made)
        load = Load(
            WaysIn(discord, f"http://127.0.0.1:{made.front.port}", made.key, script, database, folder / "confirmed"),
            dice,
            rate,
        )
        await load.prepare()
        await asyncio.gather(*(room.start() for room in made.rooms.values()))
        made.probe = aiohttp.ClientSession(timeout=_PROBE)
        await made.until_it_works(_READY_SECONDS)
        await _until_commands_are_known(discord)
        made.load = load
        _open_sessions(made)
        await made.until_it_works(_READY_SECONDS)
        yield made
    finally:
        await asyncio.gather(*(client.end() for client in made.sessions))
        if made.probe is not None:
            await made.probe.close()
        await asyncio.gather(*(room.end() for room in (*made.rooms.values(), sandbox)))
        if script is not None:
            await script.close()
        if database is not None:
            await database.close()
        await discord.close()
        for proxy in (*made.broker.values(), *made.store.values(), *made.rest.values(), made.front):
            await proxy.shut()
        await cluster.stop()
        await postgres.stop()
        if "CHAOS_KEEP" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    """One that the ordinary user can enter whom the servers run as."""
    folder = Path(tempfile.mkdtemp(prefix="guildbus-chaos-"))
    folder.chmod(0o755)
    return folder


async def _start_postgres(postgres: EmbeddedPostgres) -> str:
    """With room for the connections of so many processes, and of those that replace them."""
    url = await postgres.start()
    connection = await asyncpg.connect(url)
    await connection.execute(f"ALTER SYSTEM SET max_connections = {_CONNECTIONS}")
    await connection.close()
    await postgres.stop()
    return await postgres.start()


async def _add_rooms(made: Platform) -> None:
    for n in range(_WORKERS):
        await made.add_room(f"worker{n}", "workers")
    for n in range(_WEBS):
        port = _free_port()
        await made.add_room(f"web{n}", "web", PORT=str(port), PUBLIC_URL=f"http://127.0.0.1:{port}")
        made.web_urls.append(f"http://127.0.0.1:{port}")
    for n in range(_SHARDS):
        confirmed = str(made.folder / "confirmed")
        await made.add_room(f"bot{n}", "bot", SHARD_ID=str(n), TOTAL_SHARDS=str(_SHARDS), CHAOS_CONFIRMED=confirmed)
    made.front = Proxy(*(int(url.rpartition(":")[2]) for url in made.web_urls))
    await made.front.open()


def _open_sessions(made: Platform) -> None:
    for guild_id in GUILDS:
        for n in range(_SESSIONS_PER_GUILD):
            name = f"session {n} of guild {guild_id % 10_000_000}"
            made.sessions.append(LiveClient(name, guild_id, web_urls=made.web_urls, first=n, key=made.key))
    for client in made.sessions:
        client.start()


def _install_plugin(folder: Path) -> None:
    """The poison is a plugin, found as every installed package's entry points are."""
    about = folder / "chaos_poison-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: chaos-poison\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[guildbus.commands]\nchaos = tests.chaos.poison:SPECS\n"
        "[guildbus.handlers]\nchaos = tests.chaos.poison_handler:HANDLERS\n"
    )


async def _until_answers(discord: Discord) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            await discord.connected_shards()
            return
        except (aiohttp.ClientError, OSError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


async def _until_commands_are_known(discord: Discord) -> None:
    """The bot has registered its slash commands."""
    deadline = time.monotonic() + _READY_SECONDS
    while not await discord.call("GET", f"/commands?guild_id={GUILDS[0]}"):
        if time.monotonic() > deadline:
            raise TimeoutError("the bot registered no commands")
        await asyncio.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
