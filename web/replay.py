"""What people do about a dead letter: replay it as a new command, or put it away. Both are on record."""

from __future__ import annotations

from typing import Any, Literal
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

__all__ = ["GROUP_MOST", "Handled", "discard_group", "discard_letter", "replay_group", "replay_letter", "request_in"]

GROUP_MOST = 100
"""How many letters of a group are dealt with at once."""


async def replay_letter(
    parts: Parts,
    letter: DeadLetter,
    principal: Principal,
    standing: Standing,
    *,
    correlation_id: UUID,
    options: dict[str, Any] | None = None,
) -> UUID:
    """The id of the new command, which points to the old one by `causation_id`.

    `options` take the place of those that it died with. It is authorized as whoever replays, before anything else is
    looked at, and validated as if it came today. Its id is derived from the letter and the number of the replay, so
    that two clicks are one command. Raises Problem.
    """
    refusal = refusal_of_replay(principal, standing, letter.guild_id)
    if refusal is not None:
        raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    if letter.state == "discarded":
        raise Problem("dead_letter_closed", "It was discarded.")
    original = _original(letter)
    request = request_in(original)
    if options is not None:
        request = msgspec.structs.replace(request, options=options)
    checked = check_request(request, parts.catalogue, parts.clock.now())
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


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one letter of a group: the command that it was issued as, or the problem's code and words."""

    id: UUID
    command_id: UUID | None = None
    code: str = "ok"
    detail: str = ""


async def replay_group(
    parts: Parts,
    principal: Principal,
    standing: Standing,
    *,
    guild_id: int,
    code: str,
    type: str,
    correlation_id: UUID,
) -> list[Handled]:
    """Replays the open letters with this cause, the newest GROUP_MOST of them, in the order in which they failed."""
    handled = []
    for letter in await _group(parts, guild_id, code, type):
        try:
            command_id = await replay_letter(parts, letter, principal, standing, correlation_id=correlation_id)
        except Problem as problem:
            handled.append(Handled(id=letter.id, code=problem.code, detail=str(problem)))
        else:
            handled.append(Handled(id=letter.id, command_id=command_id))
    return handled


async def discard_group(parts: Parts, principal: Principal, *, guild_id: int, code: str, type: str) -> list[Handled]:
    """Puts the open letters with this cause away, the newest GROUP_MOST of them."""
    handled = []
    for letter in await _group(parts, guild_id, code, type):
        try:
            await discard_letter(parts, letter, principal)
        except Problem as problem:
            handled.append(Handled(id=letter.id, code=problem.code, detail=str(problem)))
        else:
            handled.append(Handled(id=letter.id))
    return handled


async def _group(parts: Parts, guild_id: int, code: str, type: str) -> list[DeadLetter]:
    page = await dead_letters.list_letters(parts.database, guild_ids=[guild_id], code=code, type=type, limit=GROUP_MOST)
    return list(reversed(page.items))


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
