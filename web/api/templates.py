"""`/api/v1/templates`: sets of presets that the platform offers to every guild."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from starlette.responses import Response

from bus import codec
from models.database import Connection
from models.named import PRESETS, TEMPLATES
from models.tables.named import TemplateRow
from web.api.named import Name, NamedResource
from web.api.operation import Call, Nothing
from web.api.presets import Preset, PresetRequest, check_preset, preset_view
from web.changing import change_of
from web.once import Answer, once
from web.problems import Problem

__all__ = ["RESOURCE", "Taken", "Template", "TemplateRequest", "use_template"]


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


async def use_template(call: Call[Nothing, None]) -> Response:
    """Its presets become the server's, but for names that the server has: doing it twice changes nothing."""
    guild_id = int(call.admitted.guild.id)

    async def act(connection: Connection, _: UUID) -> Answer:
        row = await TEMPLATES.find(connection, call.ids["template_id"])
        if row is None:
            raise Problem("template_not_found")
        presets = _view(row).presets
        wanted = [msgspec.structs.asdict(one) for one in presets]
        made = await PRESETS.add_missing(connection, change_of(call), wanted, guild_id=guild_id)
        names = {row.name for row in made}
        skipped = [one.name for one in presets if one.name not in names]
        return Answer(Taken(items=[preset_view(row) for row in made], skipped=skipped))

    return await once(call, act)


def _values(call: Call[Nothing, TemplateRequest]) -> dict[str, Any]:
    """Raises Problem for a preset that could not be run, or two of one name."""
    asked = call.body
    for preset in asked.presets:
        check_preset(preset, call.parts.catalogue)
    if len({preset.name.lower() for preset in asked.presets}) < len(asked.presets):
        raise Problem("request_invalid", "Two of the presets have the same name.", field="presets")
    return {"name": asked.name, "description": asked.description, "presets": codec.to_builtins(asked.presets)}


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


RESOURCE = NamedResource(TEMPLATES, "template", view=_view, values=_values)
