"""`/api/v1/templates`: sets of presets that the platform offers to every guild."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from starlette.responses import Response

from bus import codec
from models.named import PRESETS, TEMPLATES
from models.paging import page_of
from models.tables.named import TemplateRow
from web.api.answers import json_response, listing
from web.api.operation import PREFIX, Call, Nothing
from web.api.presets import Name, NameQuery, Preset, PresetRequest, check_preset, preset_view
from web.changing import change_of, request_key
from web.problems import Problem

__all__ = [
    "Taken",
    "Template",
    "TemplateRequest",
    "create_template",
    "delete_template",
    "get_template",
    "list_templates",
    "update_template",
    "use_template",
]


class TemplateRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A named set of presets."""

    name: Name
    description: Annotated[str, msgspec.Meta(max_length=200)] = ""
    presets: Annotated[list[PresetRequest], msgspec.Meta(min_length=1, max_length=50)]


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A template; its ETag is its version."""

    id: UUID
    name: str
    description: str
    presets: list[PresetRequest]
    version: int
    updated_at: datetime
    updated_by: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """The presets that were made; `skipped` are names that the server had already."""

    items: list[Preset]
    skipped: list[str]


async def list_templates(call: Call[NameQuery, None]) -> Response:
    rows = await TEMPLATES.all(call.parts.database)
    query = call.query
    page = page_of(rows, lambda row: (row.name.lower(), str(row.id)), cursor=query.cursor, limit=query.limit)
    return listing(page, [_view(row) for row in page.items])


async def get_template(call: Call[Nothing, None]) -> Response:
    return _shown(await _template(call))


async def create_template(call: Call[Nothing, TemplateRequest]) -> Response:
    values = _values(call)
    made = await TEMPLATES.create(call.parts.database, change_of(call), request_key(call), values)
    if made is None:
        raise Problem("template_not_found", "This request made one, which was deleted since.")
    return _shown(made.row, 201, {"Location": f"{PREFIX}/templates/{made.row.id}"})


async def update_template(call: Call[Nothing, TemplateRequest]) -> Response:
    """All of it anew; servers that took it over keep what they have."""
    values = _values(call)
    row = await TEMPLATES.update(
        call.parts.database,
        call.ids["template_id"],
        change_of(call),
        values,
        expected_version=call.expected_version,
    )
    if row is None:
        raise Problem("template_not_found")
    return _shown(row)


async def delete_template(call: Call[Nothing, None]) -> Response:
    """Servers that took it over keep what they have."""
    if not await TEMPLATES.delete(call.parts.database, call.ids["template_id"], change_of(call)):
        raise Problem("template_not_found")
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


async def use_template(call: Call[Nothing, None]) -> Response:
    """Its presets become the server's, but for names that the server has: doing it twice changes nothing."""
    guild_id = int(call.admitted.guild.id)
    presets = _view(await _template(call)).presets
    made = await PRESETS.add_missing(
        call.parts.database, change_of(call), [msgspec.structs.asdict(one) for one in presets], guild_id=guild_id
    )
    names = {row.name for row in made}
    return json_response(
        Taken(items=[preset_view(row) for row in made], skipped=[one.name for one in presets if one.name not in names])
    )


def _values(call: Call[Nothing, TemplateRequest]) -> dict[str, Any]:
    """Raises Problem for a preset that could not be run, or two of one name."""
    asked = call.body
    for preset in asked.presets:
        check_preset(preset, call.parts.catalogue)
    if len({preset.name.lower() for preset in asked.presets}) < len(asked.presets):
        raise Problem("request_invalid", "Two of the presets have the same name.", field="presets")
    return {"name": asked.name, "description": asked.description, "presets": codec.to_builtins(asked.presets)}


async def _template(call: Call[Any, Any]) -> TemplateRow:
    row = await TEMPLATES.find(call.parts.database, call.ids["template_id"])
    if row is None:
        raise Problem("template_not_found")
    return row


def _view(row: TemplateRow) -> Template:
    return Template(
        id=row.id,
        name=row.name,
        description=row.description,
        presets=codec.convert(row.presets, list[PresetRequest]),
        version=row.version,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def _shown(row: TemplateRow, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return json_response(_view(row), status, {"ETag": f'"{row.version}"', **(headers or {})})
