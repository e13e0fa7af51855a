"""`…/audit`: who did what, when, with before and after; of one guild, and of the whole platform."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from bus.ids import Snowflake
from models.queries import ALL, AllGuilds, list_audit
from web.api.answers import listing
from web.api.filters import AuditQuery
from web.api.operation import Call

__all__ = ["PlatformAuditQuery", "list_guild_audit", "list_platform_audit"]


class PlatformAuditQuery(AuditQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Lines of the audit trail, newest first."""

    guild_id: Annotated[Snowflake | None, msgspec.Meta(description="Of this server.")] = None
    # The index of words, which leaves intents out, is the only one that finds a type over all servers.
    intents: Annotated[bool, msgspec.Meta(description="Also lines written before an effect.")] = False


async def list_guild_audit(call: Call[AuditQuery, None]) -> Response:
    return await _lines(call, int(call.admitted.guild.id))


async def list_platform_audit(call: Call[PlatformAuditQuery, None]) -> Response:
    """Of every server and of none: keys (`key.create`), sessions (`session.begin`), switches, operators.

    Lines of no server hold the address that the change came from in `detail`.
    """
    return await _lines(call, ALL if call.query.guild_id is None else int(call.query.guild_id))


async def _lines(call: Call[Any, None], where: int | AllGuilds) -> Response:
    query: AuditQuery = call.query
    page = await list_audit(call.parts.database, where, query.filter(), cursor=query.cursor, limit=query.limit)
    return listing(page, fields=query.fields)
