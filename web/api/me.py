"""`GET /api/v1/me`: who a session or a key is, and what it may."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from bus.ids import Snowflake
from web.api.answers import json_response
from web.api.operation import Call, Nothing
from web.principal import PrincipalKind

__all__ = ["Me", "get_me"]


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The caller. `scopes` null is all of them, `guild_ids` null every server that its owner or the platform is in."""

    kind: PrincipalKind
    id: str
    name: str
    operator: bool
    owner_id: Snowflake | None
    scopes: list[str] | None
    guild_ids: list[Snowflake] | None


async def get_me(call: Call[Nothing, None]) -> Response:
    principal = call.principal
    guild_ids = principal.guild_ids
    return json_response(
        Me(
            kind=principal.kind,
            id=principal.id,
            name=principal.name,
            operator=principal.operator,
            owner_id=principal.person_id,
            scopes=None if principal.scopes is None else sorted(principal.scopes),
            guild_ids=None if guild_ids is None else [Snowflake(guild_id) for guild_id in sorted(guild_ids)],
        )
    )
