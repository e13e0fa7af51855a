"""The list of a server's commands, and the timeline of one."""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from models.queries import audit_of, list_commands
from models.timeline import steps_of
from web.api.filters import command_filter
from web.command_view import may_read, visible_records
from web.guild_lookup import names_in
from web.pages.guilds import permitted_commands
from web.pages.links import next_page
from web.pages.session import admit_page, page_context
from web.parts import parts_of
from web.people import subject_person
from web.problems import Problem

__all__ = ["command_list", "command_timeline"]


async def command_list(request: Request) -> Response:
    admitted = await admit_page(request, "commands.read")
    parts = parts_of(request)
    where = command_filter(request.query_params)
    page = await list_commands(parts.database, int(admitted.guild.id), where, cursor=request.query_params.get("cursor"))
    records = visible_records(page.items, parts.catalogue, admitted.principal, admitted.standing)
    people = {person for record in records if (person := subject_person(record.subject)) is not None}
    context = {
        **page_context(admitted, section="commands", heading="Commands"),
        "records": records,
        "where": where,
        "types": sorted(parts.catalogue.by_type),
        "names": await names_in(parts.database, admitted.guild.id, people),
        "next_page": next_page(request, page.next_cursor),
        "commands": permitted_commands(parts, admitted),
    }
    return parts.pages.render(request, "commands.html", context)


async def command_timeline(request: Request) -> Response:
    admitted = await admit_page(request, "commands.read")
    parts = parts_of(request)
    try:
        record = await parts.ledger.get(UUID(request.path_params["command_id"]))
    except ValueError as error:
        raise Problem("command_not_found") from error
    if (
        record is None
        or record.guild_id != admitted.guild.id
        or not may_read(record, parts.catalogue, admitted.principal, admitted.standing)
    ):
        raise Problem("command_not_found")
    audit = await audit_of(parts.database, record.id)
    person = subject_person(record.subject)
    context = {
        **page_context(admitted, section="commands", heading=record.type),
        "record": record,
        "steps": steps_of(record, audit),
        "names": await names_in(parts.database, admitted.guild.id, set() if person is None else {person}),
    }
    return parts.pages.render(request, "command.html", context)
