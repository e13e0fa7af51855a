"""What people do about a dead letter: replay it as a new command, or put it away. Both are on record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec

from bus import codec
from bus.envelopes import Command
from bus.errors import InvalidMessage
from bus.ids import new_id
from models import dead_letters
from models.database import Connection
from models.dead_letters import DeadLetter, replay_id, was_replayed_as
from models.idempotency import RequestKey, first_use
from web.accept import CommandRequest, accept, build_command, check_request, hash_of_request
from web.authorization import Standing, refusal_of_command, refusal_of_replay
from web.parts import Parts
from web.principal import Principal
from web.problems import Problem

__all__ = [
    "GROUP_MOST",
    "Handled",
    "Planned",
    "discard_letter",
    "discard_these",
    "letters_with_cause",
    "plan_of",
    "replay_letter",
    "replay_planned",
    "request_in",
]

GROUP_MOST = 100
"""How many letters of a group are dealt with at once."""


async def replay_letter(
    parts: Parts,
    letter: DeadLetter,
    principal: Principal,
    standing: Standing,
    *,
    id: UUID,
    correlation_id: UUID,
    options: dict[str, Any] | None = None,
    under: RequestKey | None = None,
) -> None:
    """Issues the letter as a command of this `id` (see `replay_id`), which points to the old one by `causation_id`.

    `options` take the place of those that it died with. It is authorized as whoever replays, before anything else is
    looked at, and validated as if it came today. `under` stands for the command from then on. Raises Problem.
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
        principal=principal.key,
        idempotency_key=f"replay:{id}",
        body_hash=hash_of_request(checked.request),
        publish_seconds=parts.settings.publish_seconds,
    )
    async with parts.database.transaction() as connection:
        # Of two such requests at once, the second waits here for the first, which has noted it then.
        if under is None or await first_use(connection, under, id) is None:
            await _resolve(connection, parts, letter.id, principal, "replayed")


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one letter of a group: the command that it was issued as, or the problem's code and words."""

    id: UUID
    command_id: UUID | None = None
    code: str = "ok"
    detail: str = ""


class Planned(msgspec.Struct, frozen=True):
    """A letter, and the id of the command that its replay issues."""

    letter_id: UUID
    command_id: UUID


def plan_of(letters: Sequence[DeadLetter]) -> list[Planned]:
    """What replaying these letters would issue."""
    return [Planned(letter.id, replay_id(letter)) for letter in letters]


async def replay_planned(
    parts: Parts, plan: Sequence[Planned], principal: Principal, standing: Standing, *, correlation_id: UUID
) -> list[Handled]:
    """Each as `replay_letter`, in this order; one that cannot be issued does not keep the others from it."""
    handled = []
    for planned in plan:
        letter = await dead_letters.find(parts.database, planned.letter_id)
        if letter is None:
            continue
        try:
            if not was_replayed_as(letter, planned.command_id):
                await replay_letter(
                    parts, letter, principal, standing, id=planned.command_id, correlation_id=correlation_id
                )
        except Problem as problem:
            handled.append(Handled(id=letter.id, code=problem.code, detail=str(problem)))
        else:
            handled.append(Handled(id=letter.id, command_id=planned.command_id))
    return handled


async def letters_with_cause(connection: Connection, *, guild_id: int, code: str, type: str) -> list[DeadLetter]:
    """The open letters of a guild with this cause, the newest GROUP_MOST of them, in the order in which they failed."""
    page = await dead_letters.list_letters(connection, guild_ids=[guild_id], code=code, type=type, limit=GROUP_MOST)
    return list(reversed(page.items))


async def discard_these(
    connection: Connection, parts: Parts, letters: Sequence[DeadLetter], principal: Principal
) -> list[Handled]:
    """Puts them away, in the caller's transaction; who was quicker with one of them is no reason to keep the others."""
    handled = []
    for letter in letters:
        try:
            await discard_letter(connection, parts, letter.id, principal)
        except Problem as problem:
            handled.append(Handled(id=letter.id, code=problem.code, detail=str(problem)))
        else:
            handled.append(Handled(id=letter.id))
    return handled


async def discard_letter(connection: Connection, parts: Parts, letter_id: UUID, principal: Principal) -> DeadLetter:
    """In the caller's transaction. Raises Problem `dead_letter_closed` where it was discarded before."""
    discarded = await _resolve(connection, parts, letter_id, principal, "discarded")
    if discarded is None:
        raise Problem("dead_letter_closed", "It was discarded already.")
    return discarded


async def _resolve(
    connection: Connection,
    parts: Parts,
    letter_id: UUID,
    principal: Principal,
    state: Literal["replayed", "discarded"],
) -> DeadLetter | None:
    note_id = new_id(parts.clock.now())
    return await dead_letters.resolve(
        connection, letter_id, state, by=principal.actor, source=principal.source, note_id=note_id
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
