"""The audit log of a server: what was done, found by whoever has to know, and one line of it at its own address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from models.queries import AuditEntry, find_audit, list_audit
from web.api.filters import AuditQuery
from web.guild_lookup import names_in
from web.pages.diff import changed_values
from web.pages.filters import asked_for
from web.pages.links import next_page
from web.pages.session import admit_page, page_context
from web.parts import parts_of
from web.people import subject_person
from web.preferences import preferences_of
from web.problems import Problem

__all__ = ["audit_entry", "audit_list"]

_FILTERS = ("type", "source", "actor", "person", "subject", "text", "command_id", "from", "to")


async def audit_list(request: Request) -> Response:
    """Without lines that were written before an effect: each is followed by one that says how it ended."""
    admitted = await admit_page(request, "audit.read")
    parts, asked = parts_of(request), request.query_params
    query = asked_for(request, AuditQuery)
    zone = ZoneInfo(preferences_of(request).zone or "UTC")
    query = msgspec.structs.replace(
        query,
        since=_day(asked.get("from"), zone, "from"),
        before=_day(asked.get("to"), zone, "to", days=1),
        intents=asked.get("intents") == "true" or query.command_id is not None,
    )
    page = await list_audit(parts.database, int(admitted.guild.id), query.filter(), cursor=query.cursor)
    chosen = {name: asked[name] for name in _FILTERS if asked.get(name)}
    people = _people(page.items) | {int(chosen[name]) for name in ("person", "actor") if chosen.get(name, "").isdigit()}
    context = {
        **page_context(admitted, section="audit"),
        "entries": [(entry, changed_values(entry.before, entry.after)) for entry in page.items],
        "chosen": chosen,
        "intents": query.intents,
        "types": [(name, name) for name in sorted(parts.catalogue.by_type)],
        "names": await names_in(parts.database, admitted.guild.id, people),
        "next_page": next_page(request, page.next_cursor),
        "first_page": f"{request.scope['path']}?{urlencode(chosen)}" if query.cursor else "",
        "export": _export_query(query),
    }
    return parts.pages.render(request, "audit.html", context)


async def audit_entry(request: Request) -> Response:
    """One line with everything that is known of it."""
    admitted = await admit_page(request, "audit.read")
    parts = parts_of(request)
    try:
        entry = await find_audit(parts.database, int(admitted.guild.id), UUID(request.path_params["entry_id"]))
    except ValueError as error:
        raise Problem("not_found") from error
    if entry is None:
        raise Problem("not_found", "There is no such line in this server's audit log.")
    context = {
        **page_context(admitted, section="audit", heading=entry.type),
        "parents": [("nav.audit", f"/guilds/{admitted.guild.id}/audit")],
        "entry": entry,
        "changes": changed_values(entry.before, entry.after),
        "names": await names_in(parts.database, admitted.guild.id, _people([entry])),
    }
    return parts.pages.render(request, "audit_entry.html", context)


def _people(entries: Sequence[AuditEntry]) -> set[int]:
    found = {person for entry in entries if (person := subject_person(entry.subject)) is not None}
    found |= {int(entry.actor.id) for entry in entries if entry.actor.kind == "user" and entry.actor.id.isdigit()}
    targets = [value for entry in entries for value in ((entry.detail or {}).get("targets") or {}).values()]
    return found | {int(value) for value in targets if isinstance(value, str) and value.isdigit()}


def _day(text: str | None, zone: ZoneInfo, name: str, *, days: int = 0) -> datetime | None:
    """The midnight that begins a day in the reader's zone, so many days later. Raises Problem `request_invalid`."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise Problem("request_invalid", f"{name} is a day as 2026-01-31.", field=name) from error
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _export_query(query: AuditQuery) -> str:
    """The same filters for the API, without the page."""
    wanted = {
        name: value.isoformat() if isinstance(value, datetime) else str(value).lower() if value is True else str(value)
        for name, value in msgspec.structs.asdict(query).items()
        if name not in ("limit", "cursor", "intents") and value is not None
    }
    return urlencode({**wanted, "intents": str(query.intents).lower()})
