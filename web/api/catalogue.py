"""`/api/v1/catalogue`: every command there is, with its options, as forms and clients need them."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

import msgspec
from starlette.responses import Response

from models.catalogue import Catalogue
from models.paging import page_of
from models.permissions import Permission
from models.spec import CommandSpec, Effect, Option, Place, options_of, summary_of
from web.api.answers import json_response, listing
from web.api.lists import Cursor, Limit
from web.api.operation import Call, Nothing
from web.api.schemas import schema_of
from web.problems import Problem

__all__ = ["CatalogueQuery", "CommandKind", "get_command_kind", "list_catalogue", "spec_view"]


class CatalogueQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All of it fits on one page."""

    area: Annotated[str | None, msgspec.Meta(description="Of this area, as `moderation`.")] = None
    place: Annotated[
        Literal["guild", "platform"] | None,
        msgspec.Meta(description="What can be issued in a server, or for none in particular."),
    ] = None
    limit: Limit = 200
    cursor: Cursor = None


class CommandKind(msgspec.Struct, frozen=True, kw_only=True):
    """One command that can be issued; an option's bounds are of its value, or of its length where it is a text.

    `place` says where: `guild` (`POST /guilds/{guild_id}/commands`), `platform` (`POST /commands`) or `either`.
    """

    type: str
    area: str
    place: Place
    slash: str | None
    description: str
    effect: Effect
    permission: list[str]
    destructive: bool
    people: bool
    dry_run: bool
    options: list[Option]
    schema: Annotated[dict[str, Any], msgspec.Meta(description="JSON Schema of `options` of a command of this type.")]


async def list_catalogue(call: Call[CatalogueQuery, None]) -> Response:
    query = call.query
    kinds = [
        kind
        for kind in catalogue_view(call.parts.catalogue)
        if query.area in (None, kind.area) and (query.place is None or kind.place in (query.place, "either"))
    ]
    return listing(page_of(kinds, lambda kind: (kind.type,), cursor=query.cursor, limit=query.limit))


async def get_command_kind(call: Call[Nothing, None]) -> Response:
    spec = call.parts.catalogue.by_type.get(call.ids["type"])
    if spec is None:
        raise Problem("not_found", "There is no command of this type.")
    return json_response(spec_view(spec))


def catalogue_view(catalogue: Catalogue) -> list[CommandKind]:
    return [spec_view(spec) for spec in catalogue.by_type.values()]


@cache
def spec_view(spec: type[CommandSpec]) -> CommandKind:
    return CommandKind(
        type=spec.type,
        area=spec.area(),
        place=spec.place,
        slash=spec.slash,
        description=summary_of(spec),
        effect=spec.effect,
        permission=[str(bit.name).lower() for bit in Permission if bit and bit in spec.permission],
        destructive=spec.destructive,
        people=spec.people,
        dry_run=True,
        options=list(options_of(spec)),
        schema=schema_of(spec),
    )
