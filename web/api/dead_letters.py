"""`/api/v1/dead-letters`: what could not be done, for the admins of its guild and for keys with the scope."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from starlette.responses import Response

from bus.ids import Snowflake
from models import dead_letters
from models.dead_letters import DeadLetter
from web.api.answers import json_response, listing
from web.api.commands import Accepted
from web.api.lists import Paging
from web.api.operation import PREFIX, Call, Nothing
from web.authorization import Action, Standing, platform_standing, refusal_of
from web.middleware.request_id import request_id_of
from web.parts import Parts
from web.principal import Principal
from web.problems import Problem
from web.replay import Handled, discard_group, discard_letter, replay_group, replay_letter
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


async def list_all(call: Call[DeadLetterQuery, None]) -> Response:
    parts, query = call.parts, call.query
    guild_ids = await _readable_guilds(parts, call.principal, query.guild_id)
    page = await dead_letters.list_letters(
        parts.database, guild_ids=guild_ids, state=query.state, cursor=query.cursor, limit=query.limit
    )
    return listing(page)


async def get_one(call: Call[Nothing, None]) -> Response:
    letter, _ = await _require_letter(call, "dead_letters.read")
    return json_response(letter)


async def replay(call: Call[Nothing, None]) -> Response:
    """202 with the id of a new command, which whoever replays it issues; a second click is the same command.

    A key needs `commands:write` as well, and a letter of no guild a script's key.
    """
    letter, standing = await _require_letter(call, "dead_letters.write")
    await call.parts.throttle.command(call.request.scope, call.principal, letter.guild_id)
    command_id = await replay_letter(
        call.parts, letter, call.principal, standing, correlation_id=request_id_of(call.request.scope)
    )
    where = "/commands/" if letter.guild_id is None else f"/guilds/{letter.guild_id}/commands/"
    return json_response(Accepted(command_id), 202, {"Location": f"{PREFIX}{where}{command_id}"})


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
    letter, standing = await _require_letter(call, "dead_letters.write")
    command_id = await replay_letter(
        call.parts,
        letter,
        call.principal,
        standing,
        correlation_id=request_id_of(call.request.scope),
        options=call.body.options,
    )
    where = "/commands/" if letter.guild_id is None else f"/guilds/{letter.guild_id}/commands/"
    return json_response(Accepted(command_id), 202, {"Location": f"{PREFIX}{where}{command_id}"})


async def list_causes(call: Call[Nothing, None]) -> Response:
    """Newest first, at most 100."""
    return json_response(await dead_letters.groups_of(call.parts.database, int(call.admitted.guild.id)))


async def replay_cause(call: Call[Nothing, CauseRequest]) -> Response:
    """Each is authorized as the caller and answered for itself; what could not be issued stays open."""
    items = await replay_group(
        call.parts,
        call.principal,
        call.admitted.standing,
        guild_id=int(call.admitted.guild.id),
        code=call.body.code,
        type=call.body.type,
        correlation_id=request_id_of(call.request.scope),
    )
    return json_response(HandledLetters(items=items, left=await _left(call)))


async def discard_cause(call: Call[Nothing, CauseRequest]) -> Response:
    guild_id = int(call.admitted.guild.id)
    items = await discard_group(call.parts, call.principal, guild_id=guild_id, code=call.body.code, type=call.body.type)
    return json_response(HandledLetters(items=items, left=await _left(call)))


async def _left(call: Call[Nothing, CauseRequest]) -> int:
    groups = await dead_letters.groups_of(call.parts.database, int(call.admitted.guild.id))
    return next((one.count for one in groups if (one.code, one.type) == (call.body.code, call.body.type)), 0)


async def discard(call: Call[Nothing, None]) -> Response:
    letter, _ = await _require_letter(call, "dead_letters.write")
    return json_response(await discard_letter(call.parts, letter, call.principal))


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
