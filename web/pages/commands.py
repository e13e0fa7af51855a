"""The list of a server's commands, and the timeline of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from models import settings_store
from models.bulks import STARTS, get_bulk
from models.command_record import CommandRecord
from models.outcome import CommandState
from models.queries import audit_of, list_commands
from models.timeline import steps_of
from web.api.filters import CommandQuery
from web.authorization import refusal_of
from web.command_view import may_read, visible_records
from web.guild_lookup import names_in
from web.pages.approvals import waiting_of
from web.pages.filters import asked_for
from web.pages.guilds import permitted_commands
from web.pages.links import next_page
from web.pages.members import acts_on_members
from web.pages.session import admit_page, page_context
from web.parts import Parts, parts_of
from web.people import subject_person
from web.preferences import preferences_of
from web.problems import Problem
from web.said import said_in
from web.standing import Admitted

__all__ = ["command_centre", "command_history", "command_timeline"]


@dataclass(frozen=True, slots=True)
class SettingConflict:
    """Somebody else changed the settings in between: what was wanted, and what holds now."""

    key: str
    wanted: Any
    now: Any
    version: int


def _people(record: CommandRecord) -> set[int]:
    """Whom it is about: by its subject, or by its option where it has none (a warning adds to others)."""
    subjects = (record.subject, f"member:{record.options.get('member')}")
    return {person for subject in subjects if (person := subject_person(subject)) is not None}


async def command_centre(request: Request) -> Response:
    """Every command that this person may run here, by area, and the form of one."""
    admitted = await admit_page(request, "commands.read")
    parts = parts_of(request)
    commands = permitted_commands(parts, admitted)
    context = {
        **page_context(admitted, section="commands"),
        "commands": commands,
        "areas": {
            area: [kind for kind in commands if kind.area == area] for area in {kind.area: 0 for kind in commands}
        },
        "chosen": request.query_params.get("command", ""),
    }
    return parts.pages.render(request, "commands.html", context)


async def command_history(request: Request) -> Response:
    """What was asked for here, newest first; states change in place."""
    admitted = await admit_page(request, "commands.read")
    parts = parts_of(request)
    query = asked_for(request, CommandQuery)
    where = query.filter()
    page = await list_commands(parts.database, int(admitted.guild.id), where, cursor=query.cursor)
    records = visible_records(page.items, parts.catalogue, admitted.principal, admitted.standing)
    people = {person for record in records for person in _people(record)}
    said = said_in(preferences_of(request).language)
    context = {
        **page_context(admitted, section="commands", title="commands.history"),
        "parents": [("nav.commands", f"/guilds/{admitted.guild.id}/commands")],
        "records": records,
        "where": where,
        "types": [(name, name) for name in sorted(parts.catalogue.by_type)],
        "states": [(state, said.name(state)) for state in get_args(CommandState)],
        "state": ",".join(query.state or ()),
        "names": await names_in(parts.database, admitted.guild.id, people),
        "next_page": next_page(request, page.next_cursor),
    }
    return parts.pages.render(request, "history.html", context)


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
    context = {
        **page_context(admitted, section="commands", heading=record.type),
        "parents": [("commands.history", f"/guilds/{admitted.guild.id}/commands/history")],
        "record": record,
        "steps": steps_of(record, audit),
        "names": await names_in(parts.database, admitted.guild.id, _people(record)),
        "waiting": await waiting_of(parts, admitted, record) if record.state == "awaiting_approval" else None,
        "conflict": await _conflict(parts, admitted, record),
        "bulk": await get_bulk(parts.database, record.id, admitted.guild.id),
        "acts": acts_on_members(parts, admitted) if record.type in STARTS else [],
    }
    return parts.pages.render(request, "command.html", context)


async def _conflict(parts: Parts, admitted: Admitted, record: CommandRecord) -> SettingConflict | None:
    """Of a `settings.set` that came too late; None also for who may not read the settings."""
    if record.outcome is None or (record.type, record.outcome.code) != ("settings.set", "stale_version"):
        return None
    if refusal_of("settings.read", admitted.principal, admitted.standing) is not None:
        return None
    stored = await settings_store.get(parts.database, int(admitted.guild.id))
    key = str(record.options.get("key"))
    return SettingConflict(key, wanted=record.options.get("value"), now=stored.data.get(key), version=stored.version)
