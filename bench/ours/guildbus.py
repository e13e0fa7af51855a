"""guildbus itself: `send … EFFECT` publishes as the bot does, `work` is a whole worker process.

A worker is `workers.service` as it is: validation, gate, claim, audit, settle, publish, acknowledge. Discord and
webhooks alone are replaced by ports that answer at once.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from unittest.mock import patch

import uvloop

from bench.job import amqp_url, database_url, main_sender, send_async
from bench.ours.instant import ACTOR_ID, InstantDiscord, InstantWebhooks, ResultsKeptBack
from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Actor, Command, Grant
from bus.ids import Snowflake, new_id
from bus.logs import configure
from bus.rabbitmq import RabbitMQTransport
from bus.topology import load_topology
from bus.transport import Message, Transport
from models.catalogue import load_catalogue
from models.database import BY_KEY, Database
from workers import service
from workers.config import Settings
from workers.handlers.table import load_handlers

__all__ = ["EFFECTS", "GUILDS", "GUILD_STATE"]

GUILDS = range(700_000_000_000_000_001, 700_000_000_000_000_101)
_TEXT = "x" * 100
_MEMBER = 800_000_000_000_000_000
_CHANNEL = 710_000_000_000_000_001
_ROLE = 720_000_000_000_000_001
GUILD_STATE = f"""
INSERT INTO guilds (id, name, owner_id, updated_at)
    SELECT {GUILDS[0]} + n, 'Guild ' || n, 1, now() FROM generate_series(0, {len(GUILDS) - 1}) n;
INSERT INTO channels (guild_id, id, name)
    SELECT {GUILDS[0]} + n, {_CHANNEL} + n, 'general' FROM generate_series(0, {len(GUILDS) - 1}) n;
INSERT INTO roles (guild_id, id, name, position, permissions)
    SELECT {GUILDS[0]} + n, {_ROLE} + n, 'Moderators', 5, 8 FROM generate_series(0, {len(GUILDS) - 1}) n;
INSERT INTO members (guild_id, person_id, roles)
    SELECT {GUILDS[0]} + n, {ACTOR_ID}, ARRAY[{_ROLE} + n] FROM generate_series(0, {len(GUILDS) - 1}) n;
INSERT INTO members (guild_id, person_id)
    SELECT {GUILDS[0]} + n % {len(GUILDS)}, {_MEMBER} + n FROM generate_series(0, 99999) n;
"""  # noqa: S608 - numbers of ours
"""What the gateway would have told of the guilds: whom a command acts on stands below who sends it."""
EFFECTS: dict[str, tuple[str, dict[str, str]]] = {
    "pure": ("utility.ping", {}),
    "transactional": ("moderation.warn", {"member": "", "reason": _TEXT}),
    "idempotent": ("moderation.ban", {"member": "", "reason": _TEXT}),
    "nonce": ("messages.announce", {"channel": "", "text": _TEXT}),
    "reconcile": ("moderation.kick", {"member": "", "reason": _TEXT}),
    "at_most_once": ("webhooks.call", {"url": "https://hooks.example.test/", "text": _TEXT}),
}


def command_body(effect: str, number: int) -> bytes:
    """A command as the bot would publish it, for one of a hundred guilds."""
    type_, options = EFFECTS[effect]
    now = datetime.now(UTC)
    id_ = new_id(now)
    if "member" in options:
        options = options | {"member": str(_MEMBER + number)}
    if "channel" in options:
        options = options | {"channel": str(_CHANNEL + number % len(GUILDS))}
    return codec.encode(
        Command(
            id=id_,
            type=type_,
            guild_id=Snowflake(GUILDS[number % len(GUILDS)]),
            actor=Actor(kind="user", id=str(ACTOR_ID), name="Bench"),
            grant=Grant(permissions=str(1 << 3), at=now),
            source="bot",
            correlation_id=id_,
            issued_at=now,
            options=options,
        )
    )


async def send(effect: str, count: int, rate: float) -> float:
    transport = RabbitMQTransport(amqp_url(), load_topology(), clock=SystemClock(), name="bench")
    key = f"interactive.{EFFECTS[effect][0]}"
    numbers = iter(range(count))

    async def send_all(bodies: Sequence[str]) -> None:
        errors = await transport.publish_all([Message("commands", key, body.encode()) for body in bodies])
        assert not any(errors), errors

    await transport.start()
    try:
        return await send_async(send_all, count, rate, lambda: command_body(effect, next(numbers)).decode())
    finally:
        await transport.close()


@asynccontextmanager
async def _instant_discord(**_: object) -> AsyncIterator[InstantDiscord]:
    yield InstantDiscord()


async def work(*, results: bool) -> None:
    """All of `workers.service`; the two ways out of the platform alone are replaced."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    clock, topology, catalogue = SystemClock(), load_topology(), load_catalogue()
    rabbitmq = RabbitMQTransport(amqp_url(), topology, clock=clock, name="worker")
    transport: Transport = rabbitmq if results else ResultsKeptBack(rabbitmq)
    database = Database(database_url(), max_size=16, session=BY_KEY)
    instant = patch.multiple(
        service, open_discord=_instant_discord, HttpWebhookCaller=lambda *_, **__: InstantWebhooks()
    )
    try:
        await asyncio.gather(transport.start(), database.connect())
        gc.collect()  # as `python -m workers` does
        gc.freeze()
        with instant:
            await service.run(
                Settings(),
                transport=transport,
                database=database,
                topology=topology,
                senders=topology.senders,
                catalogue=catalogue,
                handlers=load_handlers(catalogue),
                clock=clock,
                stop=stop,
            )
    finally:
        await transport.close()
        await database.close()


if __name__ == "__main__":
    configure("WARNING", json=False)
    if sys.argv[1] == "send":
        effect = sys.argv[4]
        main_sender(lambda count, rate: uvloop.run(send(effect, count, rate)))
    else:
        uvloop.run(work(results=sys.argv[2] == "results"))
