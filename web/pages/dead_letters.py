"""Failed commands of a server: the list, and one with what can be done about it."""

from __future__ import annotations

from typing import Literal, cast
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from models import dead_letters
from web.guild_lookup import names_of
from web.pages.links import next_page
from web.pages.session import admit_page, page_context
from web.parts import parts_of
from web.problems import Problem

__all__ = ["dead_letter_detail", "dead_letter_list"]


async def dead_letter_list(request: Request) -> Response:
    admitted = await admit_page(request, "dead_letters.read")
    parts = parts_of(request)
    asked = request.query_params.get("state", "open")
    state = asked if asked in ("open", "replayed", "discarded") else "open"
    page = await dead_letters.list_letters(
        parts.database,
        guild_ids=[int(admitted.guild.id)],
        state=cast(Literal["open", "replayed", "discarded"], state),
        cursor=request.query_params.get("cursor"),
    )
    people = {int(letter.actor_id) for letter in page.items if letter.actor_id and letter.actor_id.isdigit()}
    context = {
        **page_context(admitted, section="failed", heading="Failed commands"),
        "letters": page.items,
        "state": state,
        "names": await names_of(parts.database, people),
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
    people = {int(letter.actor_id)} if letter.actor_id and letter.actor_id.isdigit() else set()
    context = {
        **page_context(admitted, section="failed", heading="Failed command"),
        "letter": letter,
        "names": await names_of(parts.database, people),
    }
    return parts.pages.render(request, "dead_letter.html", context)
