"""`/api/v1/dead-letters`: what could not be done, for the admins of its guild and for keys with the scope."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from starlette.responses import Response

from bus.ids import Snowflake
from models import dead_letters
from models.database import Connection
from models.dead_letters import DeadLetter, replay_id
from models.idempotency import earlier_use
from web.api.answers import json_response, listing
from web.api.commands import accepted
from web.api.lists import FIELDS, SOME, Paging, name_of
from web.api.operation import Call, Nothing
from web.authorization import Action, Standing, platform_standing, refusal_of
from web.changing import request_key
from web.middleware.request_id import request_id_of
from web.once import Answer, decided_once, once
from web.parts import Parts
from web.principal import Principal
from web.problems import Problem
from web.replay import (
    Handled,
    Planned,
    discard_letter,
    discard_these,
    letters_with_cause,
    plan_of,
    replay_letter,
    replay_planned,
)
from web.standing import standing_of
from web.visible_guilds import visible_guilds

__all__ = [
    "CauseRequest",
    "DeadLetterQuery",
    "EditedReplay",
    "HandledLetters",
    "discard",
    "discard_cause",
    "get_one",
    "list_all",
    "list_causes",
    "replay",
    "replay_cause",
    "replay_edited",
]


class DeadLetterQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Dead letters, newest first."""

    guild_id: Annotated[Snowflake | None, msgspec.Meta(description="Of this server.")] = None
    state: Annotated[Literal["open", "replayed", "discarded"], msgspec.Meta(description="In this state.")] = "open"
    fields: Annotated[Annotated[list[Annotated[str, name_of(DeadLetter)]], SOME] | None, FIELDS] = None


async def list_all(call: Call[DeadLetterQuery, None]) -> Response:
    parts, query = call.parts, call.query
    guild_ids = await _readable_guilds(parts, call.principal, query.guild_id)
    page = await dead_letters.list_letters(
        parts.database.client, guild_ids=guild_ids, state=query.state, cursor=query.cursor, limit=query.limit
    )
    return listing(page, fields=query.fields)


async def get_one(call: Call[Nothing, None]) -> Response:
    letter, _ = await _require_letter(call, "dead_letters.read")
    return json_response(letter)


async def replay(call: Call[Nothing, None]) -> Response:
    """202 with the id of a new command, which whoever replays it issues; a second click is the same command.

    A key needs `commands:write` as well, and a letter of no guild a script's key.
    """
    return await _replay(call, None)


class EditedReplay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The options in place of those that it died with."""

    options: dict[str, Any]


class CauseRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A cause, as `getDeadLetterCauses` names it."""

    code: Annotated[str, msgspec.Meta(max_length=100)]
    type: Annotated[str, msgspec.Meta(max_length=100)]


class HandledLetters(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each; `left` is how many with this cause are open still."""

    items: list[Handled]
    left: int


async def replay_edited(call: Call[Nothing, EditedReplay]) -> Response:
    """As `replay`, once: another edit of the same letter before that is known is refused as a reused key."""
    return await _replay(call, call.body.options)


async def list_causes(call: Call[Nothing, None]) -> Response:
    """Newest first, at most 100."""
    return json_response(await dead_letters.groups_of(call.parts.database, int(call.admitted.guild.id)))


async def replay_cause(call: Call[Nothing, CauseRequest]) -> Response:
    """Each is authorized as the caller and answered for itself; what could not be issued stays open.

    The same request is about the same letters. However many they are, it is one start in the server's rate.
    """
    parts = call.parts
    await parts.throttle.command(call.request.scope, call.principal, call.admitted.guild.id)

    async def decide(connection: Connection, _: UUID) -> list[Planned]:
        return plan_of(await _letters(connection, call))

    plan = await decided_once(call, list[Planned], decide)
    items = await replay_planned(
        parts, plan, call.principal, call.admitted.standing, correlation_id=request_id_of(call.request.scope)
    )
    return json_response(HandledLetters(items=items, left=await _left(call)))


async def discard_cause(call: Call[Nothing, CauseRequest]) -> Response:
    """The same request is about the same letters."""

    async def decide(connection: Connection, _: UUID) -> list[Handled]:
        return await discard_these(connection, call.parts, await _letters(connection, call), call.principal)

    items = await decided_once(call, list[Handled], decide)
    return json_response(HandledLetters(items=items, left=await _left(call)))


async def discard(call: Call[Nothing, None]) -> Response:
    letter, _ = await _require_letter(call, "dead_letters.write")

    async def act(connection: Connection, _: UUID) -> Answer:
        return Answer(await discard_letter(connection, call.parts, letter.id, call.principal))

    return await once(call, act)


async def _replay(call: Call[Nothing, Any], options: dict[str, Any] | None) -> Response:
    parts, (letter, standing) = call.parts, await _require_letter(call, "dead_letters.write")
    await parts.throttle.command(call.request.scope, call.principal, letter.guild_id)
    request = request_key(call)
    earlier = await earlier_use(parts.database.client, request)
    if earlier is not None:
        return accepted(earlier.id, letter.guild_id)
    id, correlation_id = replay_id(letter), request_id_of(call.request.scope)
    await replay_letter(
        parts,
        letter,
        call.principal,
        standing,
        id=id,
        correlation_id=correlation_id,
        options=options,
        under=request,
    )
    return accepted(id, letter.guild_id)


async def _letters(connection: Connection, call: Call[Nothing, CauseRequest]) -> list[DeadLetter]:
    guild_id, cause = int(call.admitted.guild.id), call.body
    return await letters_with_cause(connection, guild_id=guild_id, code=cause.code, type=cause.type)


async def _left(call: Call[Nothing, CauseRequest]) -> int:
    groups = await dead_letters.groups_of(call.parts.database, int(call.admitted.guild.id))
    return next((one.count for one in groups if (one.code, one.type) == (call.body.code, call.body.type)), 0)


async def _require_letter(call: Call[Any, Any], action: Action) -> tuple[DeadLetter, Standing]:
    """Raises Problem `dead_letter_not_found` for one that this principal may not know of."""
    parts, principal = call.parts, call.principal
    letter = await dead_letters.find(parts.database, call.ids["dead_letter_id"])
    standing = None if letter is None else await _standing(parts, principal, letter.guild_id)
    refusal = refusal_of(action, principal, standing)
    if letter is None or standing is None or (refusal is not None and refusal.code == "guild_not_found"):
        raise Problem("dead_letter_not_found")
    if refusal is not None:
        raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    return letter, standing


async def _readable_guilds(parts: Parts, principal: Principal, asked: Snowflake | None) -> list[int] | None:
    """The guilds whose letters may be listed; None is all, and those of no guild."""
    if asked is not None:
        standing = await standing_of(parts, principal, asked)
        refusal = refusal_of("dead_letters.read", principal, standing)
        if refusal is not None:
            raise Problem(refusal.code, refusal.detail)
        return [int(asked)]
    everywhere = platform_standing(principal)
    if everywhere is not None:
        refusal = refusal_of("dead_letters.read", principal, everywhere)
        if refusal is not None:
            raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
        return None
    refusals = {
        int(guild.id): refusal_of("dead_letters.read", principal, await standing_of(parts, principal, guild.id))
        for guild in await visible_guilds(parts, principal)
    }
    for refusal in refusals.values():
        if refusal is not None and refusal.code == "scope_missing":
            raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    return [guild_id for guild_id, refusal in refusals.items() if refusal is None]


async def _standing(parts: Parts, principal: Principal, guild_id: Snowflake | None) -> Standing | None:
    """A letter of no guild is for operators, and for keys of the platform that are for every guild."""
    return platform_standing(principal) if guild_id is None else await standing_of(parts, principal, guild_id)
