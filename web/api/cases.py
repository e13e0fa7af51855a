"""`…/cases`: what moderators put on record in a server, found by number, member or words."""

from __future__ import annotations

from typing import Annotated

import msgspec
from starlette.responses import Response

from models.cases import find_cases
from web.api.answers import listing
from web.api.lists import Cursor, Limit
from web.api.operation import Call

__all__ = ["CasesQuery", "list_cases"]


class CasesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Warnings, notes, timeouts, kicks and bans."""

    search: Annotated[
        str, msgspec.Meta(max_length=100, description="A case's number, a part of a name, or of the reason.")
    ] = ""
    limit: Limit = 50
    cursor: Cursor = None


async def list_cases(call: Call[CasesQuery, None]) -> Response:
    query, guild_id = call.query, int(call.admitted.guild.id)
    return listing(
        await find_cases(call.parts.database, guild_id, query.search, cursor=query.cursor, limit=query.limit)
    )
