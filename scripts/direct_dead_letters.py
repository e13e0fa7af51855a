"""Replaying and discarding dead letters without the HTTP API, by the same rules."""

from __future__ import annotations

import getpass
from typing import Literal
from uuid import UUID

from bus import codec
from bus.clock import SystemClock
from bus.envelopes import Command
from bus.ids import new_id
from models import dead_letters
from models.catalogue import load_catalogue
from models.database import Connection, Database
from models.dead_letters import DeadLetter
from models.ledger import Ledger
from scripts.direct import build_command, publish_directly, script_actor, script_transport
from scripts.exits import Failed, Refused

__all__ = ["discard_directly", "replay_directly"]


async def replay_directly(database: Database, letter_id: UUID, *, amqp_url: str) -> UUID:
    """The new command's id, which is derived: two replays at once are one command. Raises Failed or Refused."""
    letter = await dead_letters.find(database, letter_id)
    if letter is None:
        raise Failed(f"There is no dead letter {letter_id}.")
    if letter.state == "discarded":
        raise Refused(f"{letter_id} was discarded.")
    if letter.body is None:
        raise Refused(f"{letter_id} could not be read, so there is nothing to send again.")
    original = codec.convert(letter.body, Command)
    command = build_command(
        load_catalogue(),
        original.type,
        original.options,
        guild_id=original.guild_id,
        dry_run=original.dry_run,
        clock=SystemClock(),
        who=getpass.getuser(),
        id_=dead_letters.replay_id(letter),
        causation_id=original.id,
    )
    async with script_transport(amqp_url) as transport:
        await publish_directly(command, ledger=Ledger(database), transport=transport)
    async with database.transaction() as connection:
        await _resolve(connection, letter.id, "replayed")
    return command.id


async def discard_directly(database: Database, letter_id: UUID) -> DeadLetter:
    """Raises Refused where there is no such letter, or it was discarded before."""
    async with database.transaction() as connection:
        letter = await _resolve(connection, letter_id, "discarded")
    if letter is None:
        raise Refused(f"There is no dead letter {letter_id} that could be discarded.")
    return letter


async def _resolve(
    connection: Connection, letter_id: UUID, state: Literal["replayed", "discarded"]
) -> DeadLetter | None:
    who = script_actor(getpass.getuser())
    note_id = new_id(SystemClock().now())
    return await dead_letters.resolve(connection, letter_id, state, by=who, source="script", note_id=note_id)
