"""`…/settings`: a server's settings with their version, and how they are changed: by a command that is waited for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from starlette.responses import Response

from bus.errors import InvalidMessage
from bus.ids import Snowflake
from models import settings_store
from models.catalogue import Catalogue
from models.guild_settings import settings_of
from models.paging import Page, decode_key, encode_key
from models.processes import list_live
from models.settings_store import SettingsVersion, StoredSettings, changes_to
from web.api.answers import json_response, listing
from web.api.lists import Paging
from web.api.operation import Call, Nothing
from web.guild_lookup import names_of
from web.parts import Parts
from web.problems import Problem
from web.settings_changes import change_settings
from web.settings_reach import Reach, reach_of

__all__ = [
    "Change",
    "Reach",
    "Setting",
    "SettingChanges",
    "SettingValues",
    "Settings",
    "VersionView",
    "get_reach",
    "get_settings",
    "list_versions",
    "patch_settings",
    "put_settings",
    "settings_view",
    "versions_of",
]


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting: what holds, and what holds where nothing was set. `command` is the command that it is for."""

    key: str
    description: str
    kind: str
    value: Any
    default: Any
    command: str | None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a server; `If-Match` and `expected_version` are about this version, which is the ETag."""

    version: int
    updated_at: datetime | None
    updated_by: str
    items: list[Setting]


class SettingChanges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """New values by key; null takes a setting back to its default. All of them are changed, or none."""

    changes: Annotated[dict[str, Any], msgspec.Meta(min_length=1, max_length=500)]


class SettingValues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every value by key; a setting that is not named gets its default."""

    values: Annotated[dict[str, Any], msgspec.Meta(max_length=500)]


class Change(msgspec.Struct, frozen=True):
    """One setting of a version: null where it was, or is, at its default."""

    key: str
    before: Any
    after: Any


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """A version with what it changed, by whom and by which command."""

    version: int
    at: datetime
    by: str
    by_name: str | None
    command_id: UUID | None
    changes: list[Change]


async def get_settings(call: Call[Nothing, None]) -> Response:
    """The ETag is the version."""
    return _answer(call, await settings_store.get(call.parts.database, int(call.admitted.guild.id)))


async def patch_settings(call: Call[Nothing, SettingChanges]) -> Response:
    """Carried out when this answers. Somebody else's change in between is a conflict, with both values."""
    return await _changed(call, call.body.changes)


async def put_settings(call: Call[Nothing, SettingValues]) -> Response:
    """As the changes that lead there; setting what holds already changes nothing."""
    present = await settings_store.get(call.parts.database, int(call.admitted.guild.id))
    known = settings_of(call.parts.catalogue)
    unset = {key: None for key in present.data if key in known and key not in call.body.values}
    wanted = unset | call.body.values
    if present.version == call.expected_version and wanted and not _differs(call.parts.catalogue, present, wanted):
        return _answer(call, present)
    return await _changed(call, wanted)


async def list_versions(call: Call[Paging, None]) -> Response:
    return listing(await versions_of(call.parts, call.admitted.guild.id, call.query.cursor, call.query.limit))


async def get_reach(call: Call[Nothing, None]) -> Response:
    """Saved and live are two things: a process obeys a version once it has read it."""
    stored = await settings_store.get(call.parts.database, int(call.admitted.guild.id))
    return json_response(reach_of(stored, await list_live(call.parts.database)))


async def versions_of(parts: Parts, guild_id: Snowflake, cursor: str | None, limit: int) -> Page[VersionView]:
    """The newest first. Raises Problem `request_invalid` for a bad cursor."""
    try:
        below = None if cursor is None else int(decode_key(cursor, [int])[0])
    except InvalidMessage as error:
        raise Problem("request_invalid", str(error), field="cursor") from error
    found = await settings_store.history(parts.database, guild_id, below=below, limit=limit + 1)
    people = {int(one.by) for one in found if one.by.isdigit()}
    names = await names_of(parts.database, people)
    views = version_views(found, names)[:limit]
    return Page(views, encode_key([views[-1].version]) if len(found) > limit else None)


def version_views(found: Sequence[SettingsVersion], names: Mapping[str, str]) -> list[VersionView]:
    """Each version beside the one before it: `found` is newest first, and the oldest is compared with nothing set."""
    befores = [*(one.data for one in found[1:]), {}][: len(found)]
    return [
        VersionView(
            version=one.version,
            at=one.at,
            by=one.by,
            by_name=names.get(one.by),
            command_id=one.command_id,
            changes=[Change(key, before.get(key), after) for key, after in changes_to(before, one.data).items()],
        )
        for one, before in zip(found, befores, strict=True)
    ]


def settings_view(stored: StoredSettings, catalogue: Catalogue) -> Settings:
    return Settings(
        version=stored.version,
        updated_at=stored.updated_at,
        updated_by=stored.updated_by,
        items=[
            Setting(
                key=setting.key,
                description=setting.description,
                kind=setting.kind.name,
                value=stored.data.get(setting.key, setting.default),
                default=setting.default,
                command=setting.command,
            )
            for setting in settings_of(catalogue).values()
        ],
    )


async def _changed(call: Call[Any, Any], changes: Mapping[str, Any]) -> Response:
    stored = await change_settings(
        call.request, call.parts, call.admitted, changes, expected_version=call.expected_version
    )
    return _answer(call, stored)


def _differs(catalogue: Catalogue, present: StoredSettings, wanted: Mapping[str, Any]) -> bool:
    known = settings_of(catalogue)
    return any(
        key not in known
        or present.data.get(key, known[key].default) != (known[key].default if value is None else value)
        for key, value in wanted.items()
    )


def _answer(call: Call[Any, Any], stored: StoredSettings) -> Response:
    return json_response(settings_view(stored, call.parts.catalogue), headers={"ETag": f'"{stored.version}"'})
