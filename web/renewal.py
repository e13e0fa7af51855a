"""Whether a principal that was admitted earlier would be admitted now: for streams, which outlive their request."""

from __future__ import annotations

from uuid import UUID

from models import api_keys
from web.authentication import principal_of_key, session_principal
from web.parts import Parts
from web.principal import Principal

__all__ = ["still_valid"]


async def still_valid(parts: Parts, principal: Principal) -> Principal | None:
    """The principal as it is now, or None once its session or key is revoked, expired or gone."""
    if principal.session_id is not None:
        session = await parts.sessions.find(principal.session_id)
        return None if session is None else session_principal(session, parts.settings.operators)
    found = await api_keys.find(parts.database, UUID(principal.id))
    return None if found is None else principal_of_key(found)
