"""Publishing as the broker's user `script`: the ledger's row first, then the broker's confirm, as everybody does it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from bus import codec
from bus.clock import Clock, SystemClock
from bus.envelopes import Actor, Command
from bus.errors import BusError
from bus.ids import Snowflake, new_id
from bus.rabbitmq import RabbitMQTransport
from bus.topology import load_topology
from bus.transport import Message, Transport
from models.catalogue import Catalogue
from models.ledger import Ledger
from scripts.exits import Unreachable
from scripts.shown import shown_address

__all__ = ["build_command", "publish_directly", "script_actor", "script_transport"]

_ACTOR_ID = "guildbus"
_CONFIRM_SECONDS = 10.0
_CONNECT_SECONDS = 8.0


def script_actor(who: str) -> Actor:
    """The command line as an actor, with the name of whoever runs it."""
    return Actor(kind="script", id=_ACTOR_ID, name=who[:100])


def build_command(
    catalogue: Catalogue,
    type_: str,
    options: Mapping[str, Any],
    *,
    guild_id: Snowflake | None,
    dry_run: bool,
    clock: Clock,
    who: str,
    id_: UUID | None = None,
    causation_id: UUID | None = None,
) -> Command:
    """Raises InvalidMessage that says which option is wrong, and how."""
    parsed = catalogue.parse(type_, options)
    spec = type(parsed)
    now = clock.now()
    id_ = id_ or new_id(now)
    return Command(
        id=id_,
        type=spec.type,
        guild_id=guild_id,
        subject=parsed.subject_of(),
        actor=script_actor(who),
        source="script",
        lane=spec.lane,
        correlation_id=id_,
        causation_id=causation_id,
        issued_at=now,
        dry_run=dry_run,
        options=dict(options),
    )


async def publish_directly(command: Command, *, ledger: Ledger, transport: Transport) -> None:
    """Raises Unreachable where the broker does not confirm; the row stays then, and a worker's sweeper sends it."""
    body = codec.encode(command)
    await ledger.accept(
        command,
        subject=command.subject,
        principal=f"script:{command.actor.name}",
        idempotency_key=None,
        body_hash=hashlib.sha256(body).digest(),
    )
    message = Message("commands", f"{command.lane}.{command.type}", body)
    try:
        await transport.publish(message, timeout_seconds=_CONFIRM_SECONDS)
    except BusError as error:
        raise Unreachable(
            f"The broker has not confirmed {command.id}: {error}. It is in the ledger, and the platform sends it "
            "as soon as it can: do not publish it again."
        ) from error


@asynccontextmanager
async def script_transport(amqp_url: str) -> AsyncIterator[Transport]:
    """Connected as the URL's user. Raises Unreachable soon: a command line does not wait for a broker that is down."""
    transport = RabbitMQTransport(amqp_url, load_topology(), clock=SystemClock(), name="guildbus script")
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            await transport.start()
    except TimeoutError as error:
        await transport.close()
        raise Unreachable(f"The broker at {shown_address(amqp_url)} does not answer.") from error
    try:
        yield transport
    finally:
        await transport.close()
