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
from models.idempotency import earlier_use
from models.named import PRESETS
from models.tables.named import PresetRow
from web.accept import CommandRequest
from web.api.commands import issue_in_guild
from web.api.named import Name, NamedResource
from web.api.operation import Call, Nothing
from web.changing import request_key
from web.problems import Problem

__all__ = ["RESOURCE", "Preset", "PresetRequest", "RunRequest", "check_preset", "preset_view", "run_preset"]


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


async def run_preset(call: Call[Nothing, RunRequest]) -> Response:
    """202 with the id of the command, which is authorized as if the caller had written it out.

    The same request starts it once, whatever became of the preset meanwhile.
    """
    earlier = await earlier_use(call.parts.database.client, request_key(call))
    record = None if earlier is None else await call.parts.ledger.get(earlier.id)
    if record is not None:
        again = CommandRequest(type=record.type, options=record.options, dry_run=record.dry_run)
        return await issue_in_guild(call, again)
    preset, asked = await RESOURCE.find(call.parts.database.client, call), call.body
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


def _values(call: Call[Any, PresetRequest]) -> dict[str, Any]:
    check_preset(call.body, call.parts.catalogue)
    return msgspec.structs.asdict(call.body)


RESOURCE = NamedResource(PRESETS, "preset", view=preset_view, values=_values)
