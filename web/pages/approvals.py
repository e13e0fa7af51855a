"""What waits for a second person in a server, for whoever may be that person."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from models.command_record import CommandRecord
from models.queries import CommandFilter, list_commands
from web.approving import check_decision
from web.command_view import visible_records
from web.guild_lookup import names_in
from web.pages.links import next_page
from web.pages.session import admit_page, page_context
from web.parts import Parts, parts_of
from web.people import subject_person
from web.problems import Problem
from web.standing import Admitted

__all__ = ["Waiting", "approval_list", "waiting_for", "waiting_of"]

_MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command that waits; `problem` is why this reader cannot decide on it, empty where they can."""

    record: CommandRecord
    problem: str
    own: bool


async def approval_list(request: Request) -> Response:
    """Newest first."""
    admitted = await admit_page(request, "commands.read")
    parts, where = parts_of(request), CommandFilter(states=["awaiting_approval"])
    page = await list_commands(parts.database, int(admitted.guild.id), where, cursor=request.query_params.get("cursor"))
    records = visible_records(page.items, parts.catalogue, admitted.principal, admitted.standing)
    people = {person for one in records if (person := subject_person(one.subject)) is not None}
    context = {
        **page_context(admitted, section="approvals"),
        "waiting": [await waiting_of(parts, admitted, record) for record in records],
        "names": await names_in(parts.database, admitted.guild.id, people),
        "next_page": next_page(request, page.next_cursor),
    }
    return parts.pages.render(request, "approvals.html", context)


async def waiting_for(parts: Parts, admitted: Admitted) -> int:
    """How many commands wait that the reader may decide on."""
    where = CommandFilter(states=["awaiting_approval"])
    page = await list_commands(parts.database, int(admitted.guild.id), where, limit=_MOST_COUNTED)
    records = visible_records(page.items, parts.catalogue, admitted.principal, admitted.standing)
    return sum(not one.problem for one in [await waiting_of(parts, admitted, record) for record in records])


async def waiting_of(parts: Parts, admitted: Admitted, record: CommandRecord) -> Waiting:
    """What the reader may do about it, by the same checks as when they do it."""
    own = (record.actor.kind, record.actor.id) == (admitted.principal.kind, admitted.principal.id)
    try:
        await check_decision(parts, record, admitted.principal, admitted.standing)
    except Problem as problem:
        return Waiting(record, str(problem), own)
    return Waiting(record, "", own)
