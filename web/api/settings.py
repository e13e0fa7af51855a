"""`GET …/settings`: a guild's settings with their version; they are changed by the command `settings.set`."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models import settings_store
from models.guild_settings import GUILD_SETTINGS
from models.settings_store import StoredSettings
from web.api.answers import json_response
from web.authentication import require_principal
from web.parts import parts_of
from web.standing import admit

__all__ = ["get_settings", "settings_view"]


async def get_settings(request: Request) -> Response:
    """`expected_version` of `settings.set` is this version: a stale edit is refused."""
    principal = await require_principal(request)
    admitted = await admit(request, principal, "settings.read")
    stored = await settings_store.get(parts_of(request).database, int(admitted.guild.id))
    return json_response(settings_view(stored), headers={"ETag": f'"{stored.version}"'})


def settings_view(stored: StoredSettings) -> dict[str, Any]:
    return {
        "version": stored.version,
        "items": [
            {
                "key": setting.key,
                "description": setting.description,
                "value": stored.data.get(setting.key),
                "default": setting.default,
            }
            for setting in GUILD_SETTINGS.values()
        ],
    }
