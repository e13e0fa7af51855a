"""The audit log of a server."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from models.queries import list_audit
from web.api.filters import AuditQuery
from web.guild_lookup import names_in
from web.pages.diff import changed_values
from web.pages.filters import asked_for
from web.pages.links import next_page
from web.pages.session import admit_page, page_context
from web.parts import parts_of
from web.people import subject_person

__all__ = ["audit_list"]


async def audit_list(request: Request) -> Response:
    admitted = await admit_page(request, "audit.read")
    parts = parts_of(request)
    query = asked_for(request, AuditQuery)
    where = query.filter()
    page = await list_audit(parts.database, int(admitted.guild.id), where, cursor=query.cursor)
    people = {person for entry in page.items if (person := subject_person(entry.subject)) is not None}
    people |= {int(entry.actor.id) for entry in page.items if entry.actor.kind == "user" and entry.actor.id.isdigit()}
    context = {
        **page_context(admitted, section="audit", heading="Audit log"),
        "entries": [(entry, changed_values(entry.before, entry.after)) for entry in page.items],
        "where": where,
        "types": sorted(parts.catalogue.by_type),
        "names": await names_in(parts.database, admitted.guild.id, people),
        "subject_person": subject_person,
        "next_page": next_page(request, page.next_cursor),
    }
    return parts.pages.render(request, "audit.html", context)
