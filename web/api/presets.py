"""`…/presets`: commands of a guild with their options filled in, to be run by name."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from starlette.responses import Response

from bus.errors import InvalidMessage
from bus.ids import Snowflake
from models.catalogue import Catalogue
from models.named import PRESETS
from models.paging import page_of
from models.tables.named import PresetRow
from web.accept import CommandRequest
from web.api.answers import json_response, listing
from web.api.commands import issue_in_guild
from web.api.lists import Cursor, Limit
from web.api.operation import PREFIX, Call, Nothing
from web.changing import change_of, request_key
from web.problems import Problem

__all__ = [
    "NameQuery",
    "Preset",
    "PresetRequest",
    "RunRequest",
    "check_preset",
    "create_preset",
    "delete_preset",
    "get_preset",
    "list_presets",
    "preset_view",
    "run_preset",
    "update_preset",
]

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"\S")]


class NameQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Named things by name: by default all of them."""

    limit: Limit = 200
    cursor: Cursor = None


class PresetRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A command and its options; those that are left out are given when it is run."""

    name: Name
    description: Annotated[str, msgspec.Meta(max_length=200)] = ""
    type: Annotated[str, msgspec.Meta(max_length=64)]
    options: dict[str, Any] = {}


class RunRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Options that the preset leaves out, or that go before its own this time."""

    options: dict[str, Any] = {}
    dry_run: bool = False


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """A preset; its ETag is its version, for `If-Match` of a change."""

    id: UUID
    guild_id: Snowflake
    name: str
    description: str
    type: str
    options: dict[str, Any]
    version: int
    updated_at: datetime
    updated_by: str


async def list_presets(call: Call[NameQuery, None]) -> Response:
    rows = await PRESETS.all(call.parts.database, guild_id=int(call.admitted.guild.id))
    query = call.query
    page = page_of(rows, lambda row: (row.name.lower(), str(row.id)), cursor=query.cursor, limit=query.limit)
    return listing(page, [preset_view(row) for row in page.items])


async def get_preset(call: Call[Nothing, None]) -> Response:
    return _shown(await _preset(call))


async def create_preset(call: Call[Nothing, PresetRequest]) -> Response:
    check_preset(call.body, call.parts.catalogue)
    made = await PRESETS.create(
        call.parts.database,
        change_of(call),
        request_key(call),
        msgspec.structs.asdict(call.body),
        guild_id=int(call.admitted.guild.id),
    )
    if made is None:
        raise Problem("preset_not_found", "This request made one, which was deleted since.")
    return _shown(made.row, 201, {"Location": f"{PREFIX}/guilds/{made.row.guild_id}/presets/{made.row.id}"})


async def update_preset(call: Call[Nothing, PresetRequest]) -> Response:
    """All of it anew; 412 where somebody else changed it in between."""
    check_preset(call.body, call.parts.catalogue)
    row = await PRESETS.update(
        call.parts.database,
        call.ids["preset_id"],
        change_of(call),
        msgspec.structs.asdict(call.body),
        expected_version=call.expected_version,
        guild_id=int(call.admitted.guild.id),
    )
    if row is None:
        raise Problem("preset_not_found")
    return _shown(row)


async def delete_preset(call: Call[Nothing, None]) -> Response:
    guild_id = int(call.admitted.guild.id)
    if not await PRESETS.delete(call.parts.database, call.ids["preset_id"], change_of(call), guild_id=guild_id):
        raise Problem("preset_not_found")
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


async def run_preset(call: Call[Nothing, RunRequest]) -> Response:
    """202 with the id of the command, which is authorized as if the caller had written it out."""
    preset, asked = await _preset(call), call.body
    options = {**preset.options, **asked.options}
    return await issue_in_guild(call, CommandRequest(type=preset.type, options=options, dry_run=asked.dry_run))


def check_preset(asked: PresetRequest, catalogue: Catalogue) -> None:
    """Raises Problem `command_unknown`, or `options_invalid` for an option that could not be sent."""
    if asked.type not in catalogue.by_type:
        raise Problem("command_unknown", f"There is no command {asked.type!r}.", field="type")
    try:
        catalogue.parse(asked.type, asked.options)
    except InvalidMessage as error:
        # msgspec looks for what is missing last: then everything that is there is good.
        if "missing required field" not in str(error):
            raise Problem("options_invalid", str(error), field="options") from error


def preset_view(row: PresetRow) -> Preset:
    return Preset(
        id=row.id,
        guild_id=Snowflake(int(row.guild_id)),
        name=row.name,
        description=row.description,
        type=row.type,
        options=row.options,
        version=row.version,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


async def _preset(call: Call[Any, Any]) -> PresetRow:
    row = await PRESETS.find(call.parts.database, call.ids["preset_id"], guild_id=int(call.admitted.guild.id))
    if row is None:
        raise Problem("preset_not_found")
    return row


def _shown(row: PresetRow, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return json_response(preset_view(row), status, {"ETag": f'"{row.version}"', **(headers or {})})
