"""`GET /api/v1/me`: who a session or a key is, and what it may."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.api.answers import json_response
from web.authentication import require_principal

__all__ = ["get_me"]


async def get_me(request: Request) -> Response:
    """`scopes` null is all of them, `guild_ids` null every server that `owner_id` (or the platform) reaches."""
    principal = await require_principal(request)
    person_id = principal.person_id
    return json_response(
        {
            "kind": principal.kind,
            "id": principal.id,
            "name": principal.name,
            "operator": principal.operator,
            "owner_id": None if person_id is None else str(int(person_id)),
            "scopes": None if principal.scopes is None else sorted(principal.scopes),
            "guild_ids": None if principal.guild_ids is None else [str(guild) for guild in sorted(principal.guild_ids)],
        }
    )
