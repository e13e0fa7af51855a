"""`GET …/settings`: a guild's settings with their version; they are changed by the command `settings.set`."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from models import settings_store
from models.guild_settings import SERVER_SETTINGS
from models.settings_store import StoredSettings
from web.api.answers import json_response
from web.api.operation import Call, Nothing

__all__ = ["Setting", "Settings", "get_settings", "settings_view"]


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting: what holds, and what holds where nothing was set."""

    key: str
    description: str
    value: Any
    default: Any


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a server; `expected_version` of `settings.set` is this version."""

    version: int
    items: list[Setting]


async def get_settings(call: Call[Nothing, None]) -> Response:
    """The ETag is the version."""
    stored = await settings_store.get(call.parts.database, int(call.admitted.guild.id))
    return json_response(settings_view(stored), headers={"ETag": f'"{stored.version}"'})


def settings_view(stored: StoredSettings) -> Settings:
    return Settings(
        version=stored.version,
        items=[
            Setting(
                key=setting.key,
                description=setting.description,
                value=stored.data.get(setting.key),
                default=setting.default,
            )
            for setting in SERVER_SETTINGS.values()
        ],
    )
