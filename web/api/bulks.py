"""`…/bulks`: one command for many members; how far it is, and pause, resume, call off, again for who failed."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from starlette.responses import Response

from bus.ids import Snowflake
from models.bulks import Bulk, get_bulk, list_bulks
from models.queries import children_of
from web.accept import CommandRequest
from web.api.answers import json_response, listing
from web.api.commands import issue_in_guild
from web.api.filters import BulkCommandQuery
from web.api.lists import Paging
from web.api.operation import Call, Nothing
from web.authorization import refusal_of_command
from web.command_view import record_view, visible_records
from web.problems import Problem

__all__ = [
    "BulkRequest",
    "cancel_bulk",
    "get_one_bulk",
    "list_bulk_commands",
    "list_guild_bulks",
    "pause_bulk",
    "post_bulk",
    "resume_bulk",
    "retry_bulk",
]


class BulkRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be done, for whom; `options` are the command's besides `member`. A member named twice counts once."""

    command: Annotated[str, msgspec.Meta(min_length=3, max_length=64)]
    options: dict[str, Any] = {}
    members: Annotated[list[Snowflake], msgspec.Meta(min_length=1, max_length=1000)]


async def post_bulk(call: Call[Nothing, BulkRequest]) -> Response:
    """202 with the id of the bulk, which is that of the command that starts it."""
    asked = call.body
    spec = call.parts.catalogue.by_type.get(asked.command)
    if spec is None:
        raise Problem("command_unknown", f"There is no command {asked.command[:64]!r}.", field="command")
    refusal = refusal_of_command(spec, call.principal, call.admitted.standing)
    if refusal is not None:
        raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    options = {
        "command": asked.command,
        "options": asked.options,
        "members": [str(int(member)) for member in asked.members],
    }
    return await issue_in_guild(call, CommandRequest(type="bulk.start", options=options))


async def list_guild_bulks(call: Call[Paging, None]) -> Response:
    query = call.query
    return listing(
        await list_bulks(call.parts.database, call.admitted.guild.id, cursor=query.cursor, limit=query.limit)
    )


async def get_one_bulk(call: Call[Nothing, None]) -> Response:
    """Counts move while it runs."""
    return json_response(await _bulk_of(call))


async def list_bulk_commands(call: Call[BulkCommandQuery, None]) -> Response:
    """The children that were begun, newest first: one result for each member."""
    bulk, query, parts = await _bulk_of(call), call.query, call.parts
    page = await children_of(parts.database, bulk.id, cursor=query.cursor, limit=query.limit)
    records = visible_records(page.items, parts.catalogue, call.principal, call.admitted.standing)
    return listing(page, [record_view(record) for record in records], query.fields)


async def pause_bulk(call: Call[Nothing, None]) -> Response:
    return await _issue_about(call, "bulk.pause")


async def resume_bulk(call: Call[Nothing, None]) -> Response:
    return await _issue_about(call, "bulk.resume")


async def cancel_bulk(call: Call[Nothing, None]) -> Response:
    return await _issue_about(call, "bulk.cancel")


async def retry_bulk(call: Call[Nothing, None]) -> Response:
    """202 with the id of the new bulk."""
    return await _issue_about(call, "bulk.retry")


async def _issue_about(call: Call[Nothing, None], type_: str) -> Response:
    bulk = await _bulk_of(call)
    return await issue_in_guild(call, CommandRequest(type=type_, options={"bulk": str(bulk.id)}))


async def _bulk_of(call: Call[Any, Any]) -> Bulk:
    bulk_id: UUID = call.ids["bulk_id"]
    bulk = await get_bulk(call.parts.database, bulk_id, call.admitted.guild.id)
    if bulk is None:
        raise Problem("bulk_not_found")
    return bulk
