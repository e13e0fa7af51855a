"""`GET …/audit`: who did what, when, with before and after."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bus import codec
from models.queries import list_audit
from web.api.answers import json_response
from web.api.bodies import page_size
from web.api.filters import audit_filter
from web.authentication import require_principal
from web.parts import parts_of
from web.standing import admit

__all__ = ["list_guild_audit"]


async def list_guild_audit(request: Request) -> Response:
    """Newest first; `type`, `actor`, `subject`, `command_id`, `limit`, and `cursor` with the last answer's `next`."""
    principal = await require_principal(request)
    admitted = await admit(request, principal, "audit.read")
    page = await list_audit(
        parts_of(request).database,
        int(admitted.guild.id),
        audit_filter(request.query_params),
        cursor=request.query_params.get("cursor"),
        limit=page_size(request),
    )
    return json_response({"items": codec.to_builtins(page.items), "next": page.next_cursor})
