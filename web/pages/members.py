"""The members of a server, and one person's record there: who they are, what was done, and what can be."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from bus.ids import Snowflake
from models.bulks import bulks_of_late
from models.cases import cases_of, counts_of
from models.members import MemberFilter, find_member, list_members
from models.spec import options_of
from web.api.catalogue import CommandKind
from web.guild_lookup import name_known_in, names_of, roles_of
from web.pages.guilds import permitted_commands
from web.pages.links import next_page
from web.pages.session import admit_page, page_context
from web.parts import Parts, parts_of
from web.problems import Problem
from web.standing import Admitted

__all__ = ["member_list", "member_record"]

_LONGEST_SEARCH = 100
_OF_LATE = timedelta(hours=1)


async def member_list(request: Request) -> Response:
    admitted = await admit_page(request, "audit.read")
    parts, asked, guild_id = parts_of(request), request.query_params, int(admitted.guild.id)
    where = MemberFilter(
        search=asked.get("search", "")[:_LONGEST_SEARCH],
        role_id=_id(asked.get("role")),
        timed_out=asked.get("timed_out") == "true",
    )
    page = await list_members(parts.database, guild_id, where, cursor=asked.get("cursor"))
    roles = await roles_of(parts.database, admitted.guild.id)
    context = {
        **page_context(admitted, section="members"),
        "members": page.items,
        "where": where,
        "roles": {role.id: role for role in roles},
        "role_options": [(str(int(role.id)), role.name) for role in roles],
        "records": await counts_of(parts.database, guild_id, [int(member.id) for member in page.items]),
        "commands": acts_on_members(parts, admitted),
        "bulks": await bulks_of_late(parts.database, guild_id, since=parts.clock.now() - _OF_LATE),
        "next_page": next_page(request, page.next_cursor),
        "now": parts.clock.now(),
    }
    return parts.pages.render(request, "members.html", context)


async def member_record(request: Request) -> Response:
    """Also of who left: their record stays."""
    admitted = await admit_page(request, "audit.read")
    parts, guild_id = parts_of(request), int(admitted.guild.id)
    person_id = _id(request.path_params["person_id"])
    member = None if person_id is None else await find_member(parts.database, guild_id, person_id)
    name = member.name if member is not None else await _name(parts, admitted, person_id)
    if person_id is None or name is None:
        raise Problem("not_found", "Nobody by this id is or was a member here.")
    cases = await cases_of(parts.database, guild_id, person_id)
    people = {int(case.actor.id) for case in cases if case.actor.kind == "user" and case.actor.id.isdigit()}
    context = {
        **page_context(admitted, section="members", heading=name),
        "parents": [("nav.members", f"/guilds/{admitted.guild.id}/members")],
        "person_id": person_id,
        "name": name,
        "member": member,
        "cases": cases,
        "names": await names_of(parts.database, people),
        "roles": {role.id: role for role in await roles_of(parts.database, admitted.guild.id)},
        "commands": acts_on_members(parts, admitted),
        "now": parts.clock.now(),
    }
    return parts.pages.render(request, "member.html", context)


def acts_on_members(parts: Parts, admitted: Admitted) -> list[CommandKind]:
    """The commands that this person may issue whose one member is whom they act on."""
    specs = parts.catalogue.by_type
    return [
        kind
        for kind in permitted_commands(parts, admitted)
        if [option.name for option in options_of(specs[kind.type]) if option.kind == "member"] == ["member"]
    ]


async def _name(parts: Parts, admitted: Admitted, person_id: int | None) -> str | None:
    return None if person_id is None else await name_known_in(parts.database, admitted.guild.id, Snowflake(person_id))


def _id(text: str | None) -> int | None:
    try:
        return None if not text else int(Snowflake(text))
    except ValueError:
        return None
