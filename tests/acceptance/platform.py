"""The whole platform as a user starts it, in a process of its own, and the people who use it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from sandbox.seed import GUILD_ONE, GUILD_TWO, person_id
from tests.rates import NO_RATE_LIMITS

__all__ = ["GUILD", "OTHER_GUILD", "Feed", "Platform", "crowd", "fresh_folder", "person", "start", "started"]

GUILD, OTHER_GUILD = str(GUILD_ONE), str(GUILD_TWO)
_READY_SECONDS = 60


def person(key: str) -> str:
    return str(person_id(key))


def crowd(number: int) -> str:
    """Somebody in the first guild. They stay in it: whom a test bans or kicks is a `newcomer` of its own."""
    return str(1_101_000_000_000_900_101 + number)


@dataclass(slots=True)
class Feed:
    """What one session's stream brought, in order."""

    frames: list[tuple[str, str, Any]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [data for _, _, data in self.frames if isinstance(data, dict) and "audience" in data]

    async def until(self, condition: Callable[[Feed], bool], seconds: float = 10.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition(self):
                self.changed.clear()
                await self.changed.wait()

    def states_of(self, command_id: str) -> list[str]:
        mine = [event for event in self.events if event["data"].get("command_id") == command_id]
        return [event["data"]["state"] for event in mine]


@dataclass(slots=True)
class Platform:
    """`python -m scripts up` on a free port; `data_dir` outlives it."""

    url: str
    data_dir: Path
    process: asyncio.subprocess.Process
    output: list[str]
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def client(self, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=20.0, trust_env=False)

    async def log_in(self, who: str) -> httpx.AsyncClient:
        """A browser after the sandbox's login page."""
        async with self.client() as browser:
            leave = await browser.get("/login", params={"next": f"/guilds/{GUILD}"})
            back = await browser.get(f"{leave.headers['location']}&sandbox_user={person(who)}")
            arrived = await browser.get(back.headers["location"])
            assert arrived.status_code == 303, arrived.text
            page = await browser.get("/guilds")
            token = page.text.partition('name="csrf-token" content="')[2].partition('"')[0]
            client = self.client(**{"X-CSRF-Token": token, "Origin": self.url})
            client.cookies = browser.cookies
        self.clients.append(client)
        return client

    async def slash(self, who: str, command: str, /, **options: Any) -> dict[str, Any]:
        """Types a slash command and waits for the answer."""
        async with self.client() as http:
            body = {"guild_id": GUILD, "user_id": person(who), "command": command, "options": options}
            started = await http.post("/sandbox/api/interactions", json=body)
            assert started.status_code == 201, started.text
            return await self.answer(started.json()["id"])

    async def answer(self, interaction_id: str, seconds: int = 15) -> dict[str, Any]:
        async with self.client() as http:
            path = f"/sandbox/api/interactions/{interaction_id}?wait=answered&timeout={seconds}"
            answer: dict[str, Any] = (await http.get(path)).json()
        return answer

    async def effects(self, part_of_route: str) -> list[dict[str, Any]]:
        async with self.client() as http:
            rows = (await http.get("/sandbox/api/effects")).json()
        return [row for row in rows if part_of_route in f"{row['method']} {row['route']}"]

    async def fault(self, **what: Any) -> None:
        async with self.client() as http:
            assert (await http.post("/sandbox/api/faults", json=what)).status_code == 201

    async def no_faults(self) -> None:
        async with self.client() as http:
            assert (await http.delete("/sandbox/api/faults")).status_code == 204

    async def guildbus(self, *arguments: str) -> tuple[int, str, str]:
        """The command line on this platform's data directory: (exit code, stdout, stderr)."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "scripts",
            *arguments,
            "--data-dir",
            str(self.data_dir),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_environment(),
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, out.decode(), err.decode()

    async def a_key(self, *scopes: str) -> str:
        flags = [flag for scope in scopes for flag in ("--scope", scope)]
        code, out, err = await self.guildbus("keys", "create", "--name", f"t{uuid4().hex[:6]}", *flags, "--json")
        assert code == 0, err
        return str(json.loads(out)["key"])

    @asynccontextmanager
    async def watch(self, client: httpx.AsyncClient, guild_id: str = GUILD) -> AsyncIterator[Feed]:
        """The guild's live stream as this session gets it; it is open when the block begins."""
        feed = Feed()
        reading = asyncio.create_task(_read(client, f"/api/v1/guilds/{guild_id}/events", feed))
        try:
            await feed.until(lambda so_far: any(kind == "initial" for kind, _, _ in so_far.frames))
            yield feed
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def newcomer(self, name: str) -> str:
        """Somebody new in the first guild, as soon as the platform knows them: for what takes a member away."""
        async with self.client() as http:
            body = {"guild_id": GUILD, "action": "join", "name": name}
            joined = await http.post("/sandbox/api/members", json=body)
            assert joined.status_code == 201, joined.text
        client = await self.log_in("admin")
        async with asyncio.timeout(30):
            while True:
                known = await client.get(f"/api/v1/guilds/{GUILD}/members", params={"search": name})
                if known.json()["items"]:
                    return str(joined.json()["user_ids"][0])
                await asyncio.sleep(0.05)

    async def wait_for_end(self, client: httpx.AsyncClient, command_id: str, guild_id: str = GUILD) -> dict[str, Any]:
        from models.outcome import FINAL_STATES

        async with asyncio.timeout(30):
            while True:
                answer = await client.get(f"/api/v1/guilds/{guild_id}/commands/{command_id}")
                assert answer.status_code == 200, answer.text
                found: dict[str, Any] = answer.json()
                if found["state"] in FINAL_STATES:
                    return found
                await asyncio.sleep(0.05)

    async def stop(self, number: int = signal.SIGINT) -> float:
        """Seconds until it was gone."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        if self.process.returncode is None:
            self.process.send_signal(number)
        await asyncio.wait_for(self.process.wait(), 20)
        return loop.time() - begun


async def _read(client: httpx.AsyncClient, path: str, feed: Feed) -> None:
    async with client.stream("GET", path, timeout=None) as response:
        assert response.status_code == 200
        kind, id_, data = "message", "", ""
        async for line in response.aiter_lines():
            name, _, value = line.partition(": ")
            match name:
                case "event":
                    kind = value
                case "id":
                    id_ = value
                case "data":
                    data += value
                case "" if data:
                    feed.frames.append((kind, id_, json.loads(data)))
                    feed.changed.set()
                    kind, id_, data = "message", "", ""


def _environment() -> dict[str, str]:
    """As on a machine where nothing is set up."""
    ours = ("AMQP_URL", "AMQP_MANAGEMENT_URL", "DATABASE_URL", "DISCORD_TOKEN", "DISCORD_API_URL")
    return {name: value for name, value in os.environ.items() if name not in ours}


async def start(data_dir: Path, *flags: str, **settings: str) -> Platform:
    """Returns when it says that it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "scripts",
        "up",
        "--port",
        "0",
        "--data-dir",
        str(data_dir),
        *flags,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=_environment() | NO_RATE_LIMITS | settings,
    )
    output: list[str] = []
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def read() -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            output.append(line.decode())
            if "guildbus is ready at " in output[-1] and not ready.done():
                ready.set_result(output[-1].partition("ready at ")[2].split()[0].rstrip("/"))
        if not ready.done():
            ready.set_exception(AssertionError("it ended: " + "".join(output[-20:])))

    reading = asyncio.create_task(read())
    try:
        url = await asyncio.wait_for(ready, _READY_SECONDS)
    except BaseException:
        if process.returncode is None:
            process.kill()
        reading.cancel()
        raise
    platform = Platform(url, data_dir, process, output)
    _readers[id(platform)] = reading
    return platform


_readers: dict[int, asyncio.Task[None]] = {}


def fresh_folder() -> Path:
    """For a platform's data; who asked for it removes it."""
    # Not under pytest's own folders: the servers run as ordinary users, who must be able to enter.
    folder = Path(tempfile.mkdtemp(prefix="guildbus-acceptance-"))
    folder.chmod(0o755)
    return folder


@asynccontextmanager
async def started(*flags: str, **settings: str) -> AsyncIterator[Platform]:
    """A platform on a fresh data directory, stopped and removed at the end."""
    folder = fresh_folder()
    platform = await start(folder / "data", *flags, **settings)
    try:
        yield platform
    finally:
        await asyncio.gather(*(client.aclose() for client in platform.clients))
        await platform.stop()
        await asyncio.gather(_readers.pop(id(platform)), return_exceptions=True)
        shutil.rmtree(folder, ignore_errors=True)
