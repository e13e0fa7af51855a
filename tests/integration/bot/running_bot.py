"""The bot of the tests: the real service on a memory broker, Discord's stand-in, and what was published."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.config import Settings
from bot.health import BotHealth
from bot.ports import Ports
from bot.service import run
from bot.supervisor import Pauses
from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Command, Event
from bus.memory import MemoryBroker, MemoryTransport
from bus.topology import load_topology
from bus.transport import Consumer
from models.catalogue import BUILT_IN, Catalogue
from models.config import Secret
from sandbox.seed import GUILD_ONE, person_id
from sandbox.server import bind, make_server
from sandbox.settings import SandboxSettings
from sandbox.world import World as Discord

QUICK = Pauses(chance=lambda: 0.5, identify_seconds=lambda: 0.0, scale=0.05)


@dataclass(slots=True)
class Bot:
    """A running bot: `stop()` ends it; `events` are those it published so far."""

    health: BotHealth
    stopping: asyncio.Event
    task: asyncio.Task[None]
    commands: Consumer

    async def stop(self) -> None:
        self.stopping.set()
        await asyncio.wait_for(self.task, 5)

    async def next_command(self) -> Command:
        (delivery,) = await asyncio.wait_for(self.commands.batch(most=1, wait_seconds=0), 5)
        self.commands.ack(delivery)
        return codec.decode(codec.decompress(delivery.body, delivery.content_encoding), Command)


@dataclass(slots=True)
class World:
    discord: Discord
    http: aiohttp.ClientSession
    broker: MemoryBroker
    heard: list[Event] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def api(self) -> str:
        return f"{self.discord.public_url}/sandbox/discord/api/v10"

    def settings(self, **changes: Any) -> Settings:
        base = {"discord_token": Secret(self.discord.settings.bot_token), "discord_api_url": self.api}
        return Settings(**{**base, **changes})

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.discord.public_url}/sandbox/api{path}"
        async with self.http.request(method, url, json=body) as response:
            answer = await response.json() if response.status != 204 else None
            assert response.status < 300, answer
            return answer

    async def use(self, command: str, person: str = "moderator", **options: Any) -> str:
        """Type a slash command; the interaction's id."""
        asked = {"guild_id": str(GUILD_ONE), "user_id": str(person_id(person)), "command": command, "options": options}
        answer = await self.control("POST", "/interactions", asked)
        return str(answer["id"])

    async def deferred(self, interaction_id: str) -> Any:
        return await self.control("GET", f"/interactions/{interaction_id}?wait=deferred&timeout=5")

    async def answered(self, interaction_id: str) -> Any:
        return await self.control("GET", f"/interactions/{interaction_id}?wait=answered&timeout=5")

    async def event(self, wanted: Callable[[Event], bool], *, after: int = 0) -> Event:
        """The first published event that is `wanted`, waiting for it."""
        async with asyncio.timeout(8):
            while True:
                self._changed.clear()
                for event in self.heard[after:]:
                    if wanted(event):
                        return event
                await self._changed.wait()

    async def follow(self) -> None:
        transport = MemoryTransport(self.broker, user="web")
        await transport.start()
        async for entry in transport.follow("live", offset="first"):
            self.heard.append(codec.decode(codec.decompress(entry.body, entry.content_encoding), Event))
            self._changed.set()


@asynccontextmanager
async def serving(discord: Discord, port: int = 0) -> AsyncIterator[int]:
    """Discord's stand-in on a port of this machine, for as long as this is open."""
    listener = bind("127.0.0.1", port)
    server = make_server(discord, listener)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.005)
    try:
        yield listener.getsockname()[1]
    finally:
        discord.close()
        server.should_exit = True
        await asyncio.wait_for(task, 5)


@asynccontextmanager
async def running_world(settings: SandboxSettings | None = None) -> AsyncIterator[World]:
    discord = Discord(settings)
    async with serving(discord), followed(discord) as world:
        yield world


@asynccontextmanager
async def followed(discord: Discord) -> AsyncIterator[World]:
    """A broker beside this Discord, with a reader that writes down what is published."""
    async with aiohttp.ClientSession() as http:
        world = World(discord, http, MemoryBroker(load_topology(), SystemClock()))
        following = asyncio.create_task(world.follow())
        try:
            yield world
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


@asynccontextmanager
async def running_bot(
    world: World, ports: Ports | None = None, *, connected: bool = True, **changes: Any
) -> AsyncIterator[Bot]:
    """A bot that is connected and has its commands registered, unless `connected` is False."""
    transport = MemoryTransport(world.broker, user="bot")
    await transport.start()
    health, stopping = BotHealth(), asyncio.Event()
    ports = ports or Ports()
    work = run(
        world.settings(**changes),
        transport=transport,
        catalogue=Catalogue(BUILT_IN),
        clock=SystemClock(),
        ports=ports,
        stop=stopping,
        health=health,
        pauses=QUICK,
    )
    task = asyncio.create_task(work)
    async with transport.consume("commands.interactive", prefetch=500) as commands:
        bot = Bot(health, stopping, task, commands)
        try:
            if connected:
                await until(
                    lambda: health.connected and (health.commands_synced or not changes.get("sync_commands", True))
                )
            yield bot
        finally:
            await bot.stop()
    await transport.close()


async def until(reached: Callable[[], bool], seconds: float = 8.0) -> None:
    """Health has no waiters: look often."""
    async with asyncio.timeout(seconds):
        while not reached():  # noqa: ASYNC110 (that is what it is for)
            await asyncio.sleep(0.005)
