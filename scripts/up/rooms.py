"""Web, bot and workers in this process, each with its own transport and all with one database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from loguru import logger

import bot.service
import workers.service
from bot.guild_rate import GuildRate
from bot.health import BotHealth
from bot.platform import Platform
from bus.clock import Clock
from bus.ids import new_id
from bus.transport import Transport
from models.catalogue import load_catalogue
from models.database import Database
from models.errors import ModelError
from models.ledger import Ledger
from models.rate_limits import Rates
from sandbox.app import routes as sandbox_routes
from sandbox.world import World
from scripts.data_dir import DataDir
from scripts.up.broker import Broker
from scripts.up.choice import Choice
from scripts.up.http_server import HttpServer
from scripts.up.place import Place
from scripts.up.recording import RecordingTransport
from scripts.up.room_settings import RoomSettings
from web.app import create_app
from workers.announcements import command_message
from workers.handlers.table import load_handlers
from workers.leases import LEASE_SECONDS

__all__ = ["Rooms"]

_GUILDS_POLLS, _GUILDS_POLL_SECONDS = 200, 0.05
_GUILDS_KNOWN = """
SELECT count(*) AS known FROM guilds g WHERE g.left_at IS NULL
    AND EXISTS (SELECT FROM members m WHERE m.guild_id = g.id AND m.person_id = g.owner_id)
"""

_AT_ONCE = 10_000


class Rooms:
    """Each method of a room runs until its event is set. The transports are started when the broker is prepared."""

    def __init__(
        self,
        place: Place,
        choice: Choice,
        data_dir: DataDir,
        settings: RoomSettings,
        broker: Broker,
        database: Database,
        clock: Clock,
    ) -> None:
        self._place = place
        self._settings = settings
        self._broker = broker
        self._database = database
        self._clock = clock
        self._ledger = Ledger(database)
        # One for both: what the people of a server start with slash commands and on the dashboard counts together.
        self._rates = Rates(settings.web.rate_storage_url)
        self._bot_health = BotHealth()
        self._catalogue = load_catalogue()
        self._web, self._bot, self._workers = (self._transport(user) for user in ("web", "bot", "worker"))
        self._world = None if choice.discord == "real" else World(state_path=data_dir.sandbox_state)
        if self._world is not None:
            self._world.public_url = place.url

    @property
    def transports(self) -> Sequence[Transport]:
        return (self._web, self._bot, self._workers)

    async def start_transports(self) -> None:
        await asyncio.gather(*(transport.start() for transport in self.transports))

    async def publish_what_was_lost(self) -> None:
        """A broker in memory begins empty: what the ledger has queued from before is published again at once."""
        if self._broker.durable:
            return
        # What was running when the process was killed is held by its lease for a while yet: it is taken along, and the
        # workers wait for the lease's end. Once: the same commands would be due again at once. The workers' sweeper
        # finds any beyond.
        overdue = await self._ledger.sweep(-LEASE_SECONDS, _AT_ONCE, "interactive", "bulk")
        if overdue:
            await self._workers.publish_all([command_message(command) for command in overdue])
            logger.info("{} commands from before are published again", len(overdue))

    async def close(self) -> None:
        """Transports and limits: what the rooms were given together."""
        await asyncio.gather(*(transport.close() for transport in self.transports), self._rates.close())

    async def web(self, stop: asyncio.Event) -> None:
        world = self._world
        app = create_app(
            self._settings.web,
            transport=self._web,
            database=self._database,
            ledger=self._ledger,
            catalogue=self._catalogue,
            clock=self._clock,
            topology=self._broker.topology,
            extra_routes=[] if world is None else sandbox_routes(world),
            bot_trouble=self.bot_trouble,
            rates=self._rates,
        )
        server = HttpServer(app, self._place.listener, lambda: None if world is None else world.close())

        async def stop_server() -> None:
            await stop.wait()
            server.should_exit = True

        stopping = asyncio.create_task(stop_server())
        try:
            await server.run_in_loop()
        finally:
            stopping.cancel()

    async def bot(self, stop: asyncio.Event) -> None:
        settings = self._settings.bot
        rate = GuildRate(self._rates, settings.rate_per_guild)
        platform = Platform(
            self._database,
            catalogue=self._catalogue,
            process_id=new_id(self._clock.now()),
            shard_id=settings.shard_id,
        )
        try:
            await bot.service.run(
                settings,
                transport=self._bot,
                catalogue=self._catalogue,
                clock=self._clock,
                ports=platform.ports(rate_refusal=rate.refusal),
                stop=stop,
                health=self._bot_health,
            )
        finally:
            with suppress(ModelError, OSError):
                await platform.farewell()

    def bot_troubles(self) -> list[str]:
        """As `bot_trouble`, for who lists the troubles of several parts."""
        trouble = self.bot_trouble()
        return [f"bot: {trouble}"] if trouble else []

    def bot_trouble(self) -> str:
        """What slash commands still wait for; what Discord itself takes its time for is not waited for."""
        health = self._bot_health
        if not health.connected:
            return health.trouble or "connecting"
        if self._world is not None and not health.commands_synced:
            return health.commands_trouble or "registering the slash commands"
        return ""

    async def wait_for_the_guilds(self) -> None:
        """Until the sandbox's servers and their people are in the tables: before, everybody who logs in sees none.

        What Discord itself takes its time for is not waited for, nor is more than a while.
        """
        if self._world is None:
            return
        expected = sum(not (guild.bot_removed or guild.unavailable) for guild in self._world.state.guilds.values())
        for _ in range(_GUILDS_POLLS):
            [row] = await self._database.fetch(_GUILDS_KNOWN)
            if row["known"] >= expected:
                return
            await asyncio.sleep(_GUILDS_POLL_SECONDS)

    async def workers(self, stop: asyncio.Event) -> None:
        await workers.service.run(
            self._settings.workers,
            transport=self._workers,
            database=self._database,
            topology=self._broker.topology,
            senders=self._broker.topology.senders,
            catalogue=self._catalogue,
            handlers=load_handlers(self._catalogue),
            clock=self._clock,
            stop=stop,
        )

    def _transport(self, user: str) -> Transport:
        """What the dashboard accepts is in the ledger before it is published; the others' commands are put there."""
        inner = self._broker.transport(user)
        return inner if self._broker.durable or user == "web" else RecordingTransport(inner, self._ledger.record)
