"""A server's settings: the values with their version; each is changed by the command `settings.set`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from models import settings_store
from web.api.settings import settings_view
from web.pages.session import admit_page, page_context
from web.parts import parts_of

__all__ = ["settings_page"]


async def settings_page(request: Request) -> Response:
    admitted = await admit_page(request, "settings.read")
    parts = parts_of(request)
    stored = await settings_store.get(parts.database, int(admitted.guild.id))
    context = {
        **page_context(admitted, section="settings", heading="Settings"),
        "settings": settings_view(stored, parts.catalogue),
    }
    return parts.pages.render(request, "settings.html", context)
