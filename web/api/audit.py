"""`…/audit`: who did what, when, with before and after."""

from __future__ import annotations

from starlette.responses import Response

from models.queries import list_audit
from web.api.answers import listing
from web.api.filters import AuditQuery
from web.api.operation import Call

__all__ = ["list_guild_audit"]


async def list_guild_audit(call: Call[AuditQuery, None]) -> Response:
    guild_id, query = int(call.admitted.guild.id), call.query
    return listing(
        await list_audit(call.parts.database, guild_id, query.filter(), cursor=query.cursor, limit=query.limit)
    )
