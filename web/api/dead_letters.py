"""`/api/v1/dead-letters`: what could not be done, for the admins of its guild and for keys with the scope."""

from __future__ import annotations

from typing import Literal, cast
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from bus import codec
from bus.ids import Snowflake
from models import dead_letters
from models.dead_letters import DeadLetter
from web.api.answers import json_response
from web.api.bodies import page_size
from web.authentication import require_principal
from web.authorization import Action, Standing, platform_standing, refusal_of
from web.middleware.request_id import request_id_of
from web.parts import Parts, parts_of
from web.principal import Principal
from web.problems import Problem
from web.replay import discard_letter, replay_letter
from web.standing import standing_of
from web.visible_guilds import visible_guilds

__all__ = ["discard", "get_one", "list_all", "readable_guilds", "replay", "require_letter"]

_STATES = ("open", "replayed", "discarded")


async def list_all(request: Request) -> Response:
    """Newest first; `guild_id`, `state` (open, replayed, discarded), `limit`, `cursor`."""
    principal = await require_principal(request)
    parts, asked = parts_of(request), request.query_params
    state = asked.get("state", "open")
    if state not in _STATES:
        raise Problem("request_invalid", f"state is one of {', '.join(_STATES)}.", field="state")
    guild_ids = await readable_guilds(parts, principal, asked.get("guild_id"))
    page = await dead_letters.list_letters(
        parts.database,
        guild_ids=guild_ids,
        state=cast(Literal["open", "replayed", "discarded"], state),
        cursor=asked.get("cursor"),
        limit=page_size(request),
    )
    return json_response({"items": codec.to_builtins(page.items), "next": page.next_cursor})


async def get_one(request: Request) -> Response:
    principal = await require_principal(request)
    letter, _ = await require_letter(request, principal, "dead_letters.read")
    return json_response(codec.to_builtins(letter))


async def replay(request: Request) -> Response:
    """202 with the id of a new command, which whoever replays it issues; a second click is the same command.

    A key needs `commands:write` as well, and a letter of no guild a script's key.
    """
    principal = await require_principal(request)
    letter, standing = await require_letter(request, principal, "dead_letters.write")
    command_id = await replay_letter(
        parts_of(request), letter, principal, standing, correlation_id=request_id_of(request.scope)
    )
    where = "/api/v1/commands/" if letter.guild_id is None else f"/api/v1/guilds/{letter.guild_id}/commands/"
    return json_response({"id": str(command_id)}, 202, {"Location": f"{where}{command_id}"})


async def discard(request: Request) -> Response:
    principal = await require_principal(request)
    letter, _ = await require_letter(request, principal, "dead_letters.write")
    discarded = await discard_letter(parts_of(request), letter, principal)
    return json_response(codec.to_builtins(discarded))


async def require_letter(request: Request, principal: Principal, action: Action) -> tuple[DeadLetter, Standing]:
    """Raises Problem `dead_letter_not_found` for one that this principal may not know of."""
    parts = parts_of(request)
    try:
        letter = await dead_letters.find(parts.database, UUID(request.path_params["dead_letter_id"]))
    except ValueError as error:
        raise Problem("dead_letter_not_found", "A dead letter's id is a UUID.") from error
    standing = None if letter is None else await _standing(parts, principal, letter.guild_id)
    refusal = refusal_of(action, principal, standing)
    if letter is None or standing is None or (refusal is not None and refusal.code == "guild_not_found"):
        raise Problem("dead_letter_not_found")
    if refusal is not None:
        raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    return letter, standing


async def readable_guilds(parts: Parts, principal: Principal, asked: str | None) -> list[int] | None:
    """The guilds whose letters may be listed; None is all, and those of no guild."""
    if asked is not None:
        try:
            guild_id = Snowflake(asked)
        except ValueError as error:
            raise Problem("request_invalid", "guild_id is a number of up to 19 digits.", field="guild_id") from error
        standing = await standing_of(parts, principal, guild_id)
        refusal = refusal_of("dead_letters.read", principal, standing)
        if refusal is not None:
            raise Problem(refusal.code, refusal.detail)
        return [int(guild_id)]
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
