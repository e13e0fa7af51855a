"""What people do about a dead letter: replay it as a new command, or put it away. Both are on record."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from bus import codec
from bus.envelopes import Command
from bus.errors import InvalidMessage
from bus.ids import new_id
from models import dead_letters
from models.database import Connection
from models.dead_letters import DeadLetter, replay_id
from web.accept import CommandRequest, accept, build_command, check_request, hash_of_request
from web.authorization import Standing, refusal_of_command, refusal_of_replay
from web.parts import Parts
from web.principal import Principal
from web.problems import Problem

__all__ = ["discard_letter", "replay_letter", "request_in"]


async def replay_letter(
    parts: Parts, letter: DeadLetter, principal: Principal, standing: Standing, *, correlation_id: UUID
) -> UUID:
    """The id of the new command, which points to the old one by `causation_id`.

    It is authorized as whoever replays, before anything else is looked at, and validated as if it came today. Its id
    is derived from the letter and the number of the replay, so that two clicks are one command. Raises Problem.
    """
    refusal = refusal_of_replay(principal, standing, letter.guild_id)
    if refusal is not None:
        raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    if letter.state == "discarded":
        raise Problem("dead_letter_closed", "It was discarded.")
    original = _original(letter)
    checked = check_request(request_in(original), parts.catalogue, parts.clock.now())
    refusal = refusal_of_command(checked.spec, principal, standing)
    if refusal is not None:
        raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    id = replay_id(letter)
    command = build_command(
        checked,
        principal,
        guild_id=letter.guild_id,
        correlation_id=correlation_id,
        clock=parts.clock,
        id=id,
        causation_id=original.id,
    )
    await accept(
        command,
        checked.spec,
        ledger=parts.ledger,
        transport=parts.transport,
        clock=parts.clock,
        principal=principal.key,
        idempotency_key=f"replay:{id}",
        body_hash=hash_of_request(checked.request),
        publish_seconds=parts.settings.publish_seconds,
    )
    async with parts.database.transaction() as connection:
        await _resolve(connection, parts, letter, principal, "replayed")
    return id


async def discard_letter(parts: Parts, letter: DeadLetter, principal: Principal) -> DeadLetter:
    """Raises Problem `dead_letter_closed` where it was discarded before."""
    async with parts.database.transaction() as connection:
        discarded = await _resolve(connection, parts, letter, principal, "discarded")
    if discarded is None:
        raise Problem("dead_letter_closed", "It was discarded already.")
    return discarded


async def _resolve(
    connection: Connection,
    parts: Parts,
    letter: DeadLetter,
    principal: Principal,
    state: Literal["replayed", "discarded"],
) -> DeadLetter | None:
    note_id = new_id(parts.clock.now())
    return await dead_letters.resolve(
        connection, letter.id, state, by=principal.actor, source=principal.source, note_id=note_id
    )


def request_in(command: Command) -> CommandRequest:
    """What was asked for: not the old expiry, which is why some of them died."""
    return CommandRequest(type=command.type, options=command.options, version=command.version, dry_run=command.dry_run)


def _original(letter: DeadLetter) -> Command:
    """Raises Problem `not_replayable` for a body that never was a command."""
    if letter.body is None:
        raise Problem("not_replayable", "The message could not be read, so there is nothing to send again.")
    try:
        command = codec.convert(letter.body, Command)
    except InvalidMessage as error:
        raise Problem("not_replayable", f"The message is not a command: {error}") from error
    return msgspec.structs.replace(command, reply_to=None)
