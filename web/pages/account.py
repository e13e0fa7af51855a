"""A person's own page: how the dashboard looks to them, where they are logged in, their API keys."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from models import api_keys, sessions
from models.api_keys import SCOPES
from web.language import languages
from web.pages.devices import device_of
from web.pages.session import page_principal
from web.parts import parts_of
from web.preferences import time_zones

__all__ = ["account_page"]


async def account_page(request: Request) -> Response:
    await page_principal(request)
    parts, session = parts_of(request), request.state.session
    own_keys = await api_keys.list_keys_of(parts.database, session.user_id)
    context = {
        "sessions": [(one, device_of(one.user_agent)) for one in await parts.sessions.of_person(session.user_id)],
        "current": sessions.hash_of(session.id),
        "keys": [key for key in own_keys if key.revoked_at is None],
        "scopes": SCOPES,
        "languages": languages(),
        "zones": time_zones(),
        "now": parts.clock.now(),
    }
    return parts.pages.render(request, "account.html", context)
