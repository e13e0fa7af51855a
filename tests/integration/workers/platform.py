"""The platform around the workers under test: who publishes, who works, and the books to compare afterwards."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any, Self
from uuid import UUID

from bus import codec
from bus.clock import Clock, SystemClock
from bus.envelopes import Command, Event
from bus.transport import Message, Transport
from models.catalogue import load_catalogue
from models.command_record import CommandRecord
from models.config import Secret
from models.database import BY_KEY, WORKER_ROLE, Database
from models.ledger import Ledger
from models.outcome import FINAL_STATES
from sandbox.book import Effect
from sandbox.faults import Fault
from sandbox.interactions.store import Interaction, InteractionType
from sandbox.seed import GUILD_ONE, person_id
from tests.integration.sandbox.running_sandbox import Sandbox
from tests.integration.workers.brokers import Broker
from tests.integration.workers.quick import eventually
from tests.postgres import connected
from workers import service
from workers.announcements import command_message
from workers.config import Settings
from workers.handlers.table import load_handlers
from workers.ports import Handler
from workers.steps import Observe, unobserved

__all__ = ["Platform", "a_deferred_interaction"]


class Platform:
    """One broker, one database, one Discord; transports of every component, closed at the end."""

    def __init__(self, broker: Broker, database: Database, database_url: str, sandbox: Sandbox) -> None:
        self.broker = broker
        self.topology = broker.topology
        self.database = database
        self.sandbox = sandbox
        self.ledger = Ledger(database)
        self.catalogue = load_catalogue()
        self._database_url = database_url
        self._stack = AsyncExitStack()
        self._transports: dict[str, Transport] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def transport(self, user: str) -> Transport:
        """The component's own, started once."""
        if user not in self._transports:
            self._transports[user] = self.broker.transport(user)
            await self._transports[user].start()
            self._stack.push_async_callback(self._transports[user].close)
        return self._transports[user]

    @asynccontextmanager
    async def worker(
        self,
        *,
        clock: Clock | None = None,
        handlers: Mapping[str, Handler] | None = None,
        observe: Observe = unobserved,
        **settings: Any,
    ) -> AsyncIterator[Transport]:
        """A worker process's parts, with a broker connection and database connections of their own."""
        stop = asyncio.Event()
        transport = self.broker.transport("worker")
        async with connected(Database(self._database_url, role=WORKER_ROLE, max_size=6, session=BY_KEY)) as database:
            await transport.start()
            running = asyncio.create_task(
                service.run(
                    replace(self.settings, **settings),
                    transport=transport,
                    database=database,
                    topology=self.topology,
                    senders=self.topology.senders,
                    catalogue=self.catalogue,
                    handlers={**load_handlers(self.catalogue), **(handlers or {})},
                    clock=clock or SystemClock(),
                    stop=stop,
                    observe=observe,
                )
            )
            try:
                yield transport
                stop.set()
                await asyncio.wait_for(running, 15)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                await transport.close()

    @property
    def settings(self) -> Settings:
        return Settings(
            discord_token=Secret(self.sandbox.world.settings.bot_token),
            discord_api_url=self.sandbox.api,
            webhook_allow=(self.sink,),
            concurrency=16,
            grace_seconds=2.0,
        )

    @property
    def sink(self) -> str:
        """Where `webhooks.call` may POST to."""
        return f"{self.sandbox.url}/sandbox/webhook-sink"

    async def publish(self, *commands: Command, user: str = "bot") -> None:
        await self.send(*map(command_message, commands), user=user)

    async def send(self, *messages: Message, user: str = "bot") -> None:
        answers = await (await self.transport(user)).publish_all(messages)
        assert answers == [None] * len(messages)

    async def record(self, id: UUID) -> CommandRecord:
        record = await self.ledger.get(id)
        assert record is not None
        return record

    async def in_state(self, command: Command, *states: str, seconds: float = 8.0) -> CommandRecord:
        async def reached() -> CommandRecord | None:
            record = await self.ledger.get(command.id)
            return record if record is not None and record.state in states else None

        return await eventually(reached, f"{command.type} in {' or '.join(states)}", seconds=seconds)

    async def end_of(self, command: Command, *, seconds: float = 8.0) -> CommandRecord:
        return await self.in_state(command, *FINAL_STATES, seconds=seconds)

    async def audit(self, id: UUID) -> list[dict[str, Any]]:
        """The trail in order; jsonb columns as values."""
        rows = await self.database.fetch("SELECT * FROM audit WHERE command_id = $1 ORDER BY id", id)
        columns = ("before", "after", "detail")
        return [{**row, **{name: _json(row[name]) for name in columns}} for row in rows]

    async def letters(self, **where: Any) -> list[dict[str, Any]]:
        rows = await self.database.fetch("SELECT * FROM dead_letters ORDER BY id")
        return [row for row in rows if all(row[name] == value for name, value in where.items())]

    async def letter(self, **where: Any) -> dict[str, Any]:
        [one] = await eventually(lambda: self.letters(**where), f"a dead letter with {where}")
        return one

    async def events(self, command: Command | None = None) -> list[Event]:
        """The whole stream so far, or one command's part of it."""
        transport = await self.transport("web")
        ends = await transport.stream_ends("live")
        found: list[Event] = []
        if ends is None:
            return found
        async for entry in transport.follow("live", offset="first"):
            found.append(codec.decode(codec.decompress(entry.body, entry.content_encoding), Event))
            if entry.offset >= ends[1]:
                break
        return [event for event in found if command is None or event.data.get("command_id") == str(command.id)]

    async def told(self, command: Command, state: str) -> Event:
        """The event that says so, once it is in the stream."""

        async def find() -> list[Event]:
            return [event for event in await self.events(command) if event.type == f"command.{state}"]

        return (await eventually(find, f"command.{state}"))[0]

    def effects(self, command: Command | None = None) -> list[Effect]:
        """What reached Discord, or what reached it with this command's id as the reason."""
        rows = self.sandbox.world.book.since(0)
        return [row for row in rows if command is None or str(command.id) in (row.reason or "")]

    def fault(self, route: str, kind: str, **values: Any) -> Fault:
        return self.sandbox.world.faults.add(Fault(route=route, kind=kind, **values))

    async def lapse(self, command: Command) -> None:
        """As if the lease's ten seconds had passed without a renewal."""
        await self.database.fetch(
            "WITH lapsed AS (UPDATE commands SET lease_until = now() - interval '1 second' WHERE id = $1) SELECT 1",
            command.id,
        )


async def a_deferred_interaction(sandbox: Sandbox, *, ephemeral: bool = False) -> Interaction:
    """A slash command that the bot has deferred: "thinking…" is shown, and its token is good for 15 minutes."""
    one = an_interaction(sandbox)
    await defer(sandbox, one, ephemeral=ephemeral)
    return one


def an_interaction(sandbox: Sandbox) -> Interaction:
    """A slash command that nobody has answered yet."""
    world = sandbox.world
    one = Interaction(
        id=world.new_id(),
        token=f"aW50ZXJhY3Rpb24-{secrets.token_urlsafe(24)}",
        type=InteractionType.COMMAND,
        created_at=world.now(),
        guild_id=GUILD_ONE,
        channel_id=GUILD_ONE + 22,
        user_id=person_id("owner"),
        command="ping",
    )
    world.interactions.add(one)
    return one


async def defer(sandbox: Sandbox, one: Interaction, *, ephemeral: bool = False) -> None:
    data = {"type": 5, "data": {"flags": 64 if ephemeral else 0}}
    status, _, _ = await sandbox.discord("POST", f"/interactions/{one.id}/{one.token}/callback", data)
    assert status == 204


def _json(text: str | None) -> Any:
    return None if text is None else codec.decode(text.encode(), dict)
