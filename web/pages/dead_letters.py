"""Failed commands of a server: by cause, and one with what can be done about it."""

from __future__ import annotations

from typing import Literal, cast
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from models import dead_letters
from models.dead_letters import DeadLetter
from web.api.catalogue import spec_view
from web.guild_lookup import names_in
from web.pages.causes import cause_of
from web.pages.links import next_page
from web.pages.session import admit_page, page_context
from web.parts import parts_of
from web.problems import Problem
from web.replay import GROUP_MOST

__all__ = ["dead_letter_detail", "dead_letter_list"]

State = Literal["open", "replayed", "discarded"]


async def dead_letter_list(request: Request) -> Response:
    """By cause; with `code` and `type` the letters of one cause, in pages."""
    admitted = await admit_page(request, "dead_letters.read")
    parts, asked, guild_id = parts_of(request), request.query_params, int(admitted.guild.id)
    state = cast(State, asked.get("state") if asked.get("state") in ("replayed", "discarded") else "open")
    groups = await dead_letters.groups_of(parts.database, guild_id, state)
    code, type_ = asked.get("code"), asked.get("type")
    page = await dead_letters.list_letters(
        parts.database.client,
        guild_ids=[guild_id],
        state=state,
        code=code,
        type=type_,
        cursor=asked.get("cursor"),
    )
    chosen = next((group for group in groups if (group.code, group.type) == (code, type_)), None)
    context = {
        **page_context(admitted, section="failed", title="failed.title"),
        "causes": [(group, cause_of(group.code, group.reason)) for group in groups],
        "chosen": chosen,
        "cause": None if chosen is None else cause_of(chosen.code, chosen.reason),
        "letters": page.items,
        "state": state,
        "most": GROUP_MOST,
        "names": await names_in(parts.database, admitted.guild.id, _people(list(page.items))),
        "next_page": next_page(request, page.next_cursor),
    }
    return parts.pages.render(request, "dead_letters.html", context)


async def dead_letter_detail(request: Request) -> Response:
    admitted = await admit_page(request, "dead_letters.read")
    parts = parts_of(request)
    try:
        letter = await dead_letters.find(parts.database, UUID(request.path_params["dead_letter_id"]))
    except ValueError as error:
        raise Problem("dead_letter_not_found") from error
    if letter is None or letter.guild_id != admitted.guild.id:
        raise Problem("dead_letter_not_found")
    spec = parts.catalogue.by_type.get(letter.type)
    context = {
        **page_context(admitted, section="failed", heading=letter.type or "", title="failed.unreadable_message"),
        "parents": [("failed.title", f"/guilds/{admitted.guild.id}/dead-letters")],
        "letter": letter,
        "cause": cause_of(letter.code, letter.reason),
        "spec": None if spec is None or letter.body is None else spec_view(spec),
        "options": (letter.body or {}).get("options", {}),
        "names": await names_in(parts.database, admitted.guild.id, _people([letter])),
    }
    return parts.pages.render(request, "dead_letter.html", context)


def _people(letters: list[DeadLetter]) -> set[int]:
    """Who asked, who dealt with it, and whom it is about."""
    ids = {letter.actor_id for letter in letters} | {
        str((letter.body or {}).get("options", {}).get("member", "")) for letter in letters
    }
    ids |= {(letter.resolved_by or "").removeprefix("user:") for letter in letters}
    return {int(id) for id in ids if id and id.isascii() and id.isdigit() and len(id) <= 19}
