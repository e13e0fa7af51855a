"""Runs each effect into a crash at each step of a command's life, lets another worker finish, and keeps the books."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, get_args
from uuid import UUID

import msgspec

from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Actor, Command, Event, Grant
from bus.ids import Snowflake, new_id
from bus.rabbitmq import RabbitMQTransport
from bus.topology import load_topology
from models.database import Database
from models.permissions import EVERYTHING
from sandbox.seed import GUILD_ONE
from sandbox.settings import SandboxSettings
from sandbox.world import World
from tests.chaos.crashing_worker import crash
from tests.postgres import connected
from tests.rabbitmq import Vhost
from workers.announcements import command_message
from workers.steps import Step

STEPS: tuple[Step, ...] = get_args(Step)
_CROWD = 1_101_000_000_000_900_101
_CLOCK = SystemClock()
_RECOVERY_SECONDS = 90
_CRASH_SECONDS = 40

# Thirty workers are to die at once and not to spend a second each on imports: each is a fork of a process that has
# imported everything and done nothing.
_FORKSERVER = multiprocessing.get_context("forkserver")
_FORKSERVER.set_forkserver_preload([crash.__module__])

# One command an effect; `nonce` last, for Discord recognises a repeat for two minutes only.
EFFECTS = ("pure", "transactional", "idempotent", "reconcile", "at_most_once", "nonce")


@dataclass(slots=True)
class Books:
    """What there is to compare when all is over, by command."""

    commands: dict[tuple[str, str], Command] = field(default_factory=dict)
    ledger: dict[UUID, Mapping[str, Any]] = field(default_factory=dict)
    audit: dict[UUID, list[Mapping[str, Any]]] = field(default_factory=dict)
    warnings: dict[UUID, int] = field(default_factory=dict)
    effects: list[dict[str, Any]] = field(default_factory=list)
    events: dict[UUID, list[Event]] = field(default_factory=dict)


def a_command(effect: str, number: int, sink: str) -> Command:
    """A command that no other one touches the target of."""
    member = str(_CROWD + number % 10)
    type_, options = {
        "pure": ("utility.ping", {}),
        "transactional": ("moderation.warn", {"member": member, "reason": f"crash {number}"}),
        "idempotent": ("roles.add", {"member": str(_CROWD + number % 10), "role": str(GUILD_ONE + 4)}),
        "nonce": ("messages.announce", {"channel": str(GUILD_ONE + 21), "text": f"crash {number}"}),
        "reconcile": ("channels.create", {"name": f"crash-{number}"}),
        "at_most_once": ("webhooks.call", {"url": f"{sink}/crash-{number}", "text": "x"}),
    }[effect]
    now = _CLOCK.now()
    id = new_id(now)
    return Command(
        id=id,
        type=type_,
        guild_id=Snowflake(GUILD_ONE),
        actor=Actor(kind="user", id="1101000000000900001", name="Ada"),
        grant=Grant(permissions=str(EVERYTHING), at=now),
        source="bot",
        correlation_id=id,
        issued_at=now,
        options=options,
    )


async def run_crashes(vhost: Vhost, database_url: str, world: World) -> Books:
    """Each command is published, killed at its step, and left for whoever comes next."""
    books = Books()
    sink = f"{world.public_url}/sandbox/webhook-sink"
    base = environment(vhost, database_url, world, sink)
    numbers = iter(range(1000))
    async with _publisher(vhost) as transport, connected(Database(database_url)) as database:
        for effect in EFFECTS:
            for step in STEPS:
                command = a_command(effect, next(numbers), sink)
                books.commands[effect, step] = command
                await transport.publish(command_message(command))
                await killed_at(step, command, base)
                if (effect, step) == ("at_most_once", "received"):
                    # The next worker would begin it, and be killed for another one meanwhile: rightly in doubt then.
                    async with a_worker(base):
                        await _until_ended(database, {command.id: (effect, step)})
        async with a_worker(base):
            await _until_ended(database, {command.id: key for key, command in books.commands.items()})
            await _read(database, books)
    books.effects = [msgspec.to_builtins(effect) for effect in world.book.since(0)]
    await _read_stream(vhost, books)
    return books


@asynccontextmanager
async def _publisher(vhost: Vhost) -> AsyncIterator[RabbitMQTransport]:
    transport = RabbitMQTransport(vhost.url("bot"), load_topology(), clock=_CLOCK, name="bot")
    await transport.start()
    try:
        yield transport
    finally:
        await transport.close()


def environment(vhost: Vhost, database_url: str, world: World, sink: str) -> dict[str, str]:
    return {
        **os.environ,
        "AMQP_URL": vhost.url("worker"),
        "DATABASE_URL": database_url,
        "DISCORD_TOKEN": SandboxSettings().bot_token,
        "DISCORD_API_URL": f"{world.public_url}/sandbox/discord/api/v10",
        "WEBHOOK_ALLOW": sink,
        "LOG_LEVEL": "ERROR",
    }


async def killed_at(step: Step, command: Command, environ: Mapping[str, str]) -> None:
    """A worker that dies there. Fails where it lives on."""
    process = _FORKSERVER.Process(target=crash, args=(environ, step, command.id))
    process.start()
    await asyncio.to_thread(process.join, _CRASH_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
        raise AssertionError(f"{command.type} never reached the step {step!r}")
    assert process.exitcode == -signal.SIGKILL, f"the worker ended with {process.exitcode} and not by its own hand"


@asynccontextmanager
async def a_worker(environ: Mapping[str, str]) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.chaos.crashing_worker", env=environ)
    try:
        yield
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)


async def _until_ended(database: Database, waiting: dict[UUID, tuple[str, str]]) -> None:
    for _ in range(4 * _RECOVERY_SECONDS):
        ended = await database.fetch(
            "SELECT id FROM commands WHERE settled_at IS NOT NULL AND id = ANY($1::uuid[])", list(waiting)
        )
        for row in ended:
            del waiting[row["id"]]
        if not waiting:
            await asyncio.sleep(1.0)  # what was settled last is still to be published
            return
        await asyncio.sleep(0.25)
    rows = await database.fetch(
        "SELECT id, state, attempt, lease_until FROM commands WHERE id = ANY($1)", list(waiting)
    )
    raise AssertionError(f"never ended: {sorted(waiting.values())}; the ledger has {[dict(row) for row in rows]}")


async def _read(database: Database, books: Books) -> None:
    for row in await database.fetch("SELECT * FROM commands"):
        books.ledger[row["id"]] = row
    for row in await database.fetch("SELECT * FROM audit ORDER BY id"):
        books.audit.setdefault(row["command_id"], []).append(row)
    for row in await database.fetch("SELECT command_id, count(*) AS n FROM warnings GROUP BY 1"):
        books.warnings[row["command_id"]] = row["n"]


async def _read_stream(vhost: Vhost, books: Books) -> None:
    transport = RabbitMQTransport(vhost.url("web"), load_topology(), clock=_CLOCK, name="web")
    await transport.start()
    ends = await transport.stream_ends("live")
    assert ends is not None
    async for entry in transport.follow("live", offset="first"):
        event = codec.decode(codec.decompress(entry.body, entry.content_encoding), Event)
        if event.type.startswith("command."):
            books.events.setdefault(UUID(event.data["command_id"]), []).append(event)
        if entry.offset >= ends[1]:
            break
    await transport.close()
