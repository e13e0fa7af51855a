"""`…/commands`: start one, look at one, list them."""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from bus import codec
from bus.ids import Snowflake
from models.command_record import CommandRecord
from models.queries import audit_of, list_commands
from models.timeline import steps_of
from web.accept import CommandRequest, accept, build_command, check_request, hash_of_request
from web.api.answers import json_response
from web.api.bodies import idempotency_key, page_size, read_body
from web.api.filters import command_filter
from web.authentication import require_principal
from web.authorization import Standing, refusal_of_command, refusal_of_platform_command
from web.command_view import may_read, record_view, visible_records
from web.middleware.request_id import request_id_of
from web.parts import Parts, parts_of
from web.principal import Principal
from web.problems import Problem
from web.standing import admit

__all__ = ["get_command", "get_platform_command", "list_guild_commands", "post_command", "post_platform_command"]


async def post_command(request: Request) -> Response:
    """202 with the id once the broker confirmed; see `web.accept` for the order and the errors."""
    principal = await require_principal(request)
    admitted = await admit(request, principal, "commands.write")
    location = f"/api/v1/guilds/{admitted.guild.id}/commands/"
    return await _accepted(request, principal, admitted.standing, admitted.guild.id, location)


async def post_platform_command(request: Request) -> Response:
    """A command for no guild in particular (`admin.broadcast`): for script keys that are not limited to guilds."""
    principal = await require_principal(request)
    refusal = refusal_of_platform_command(principal)
    if refusal is not None:
        raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    return await _accepted(request, principal, None, None, "/api/v1/commands/")


async def get_command(request: Request) -> Response:
    """State (`queued` at once after the 202), attempts, outcome, and every step in `timeline`."""
    principal = await require_principal(request)
    parts = parts_of(request)
    admitted = await admit(request, principal, "commands.read")
    record = await parts.ledger.get(_command_id(request))
    if (
        record is None
        or record.guild_id != admitted.guild.id
        or not may_read(record, parts.catalogue, principal, admitted.standing)
    ):
        raise Problem("command_not_found")
    return await _with_timeline(parts, record)


async def get_platform_command(request: Request) -> Response:
    """A command for no guild: for whom it belongs to."""
    principal = await require_principal(request)
    parts = parts_of(request)
    record = await parts.ledger.get(_command_id(request))
    if record is None or record.guild_id is not None or principal.kind != "script":
        raise Problem("command_not_found")
    if principal.scopes is not None and "commands:read" not in principal.scopes:
        raise Problem("scope_missing", "The key lacks the scope commands:read.", missing="commands:read")
    return await _with_timeline(parts, record)


async def list_guild_commands(request: Request) -> Response:
    """Newest first; `state`, `type`, `actor`, `subject`, `limit`, and `cursor` with the last answer's `next`.

    A page can hold fewer rows than `limit`: what this principal may not see is left out of it.
    """
    principal = await require_principal(request)
    parts = parts_of(request)
    admitted = await admit(request, principal, "commands.read")
    page = await list_commands(
        parts.database,
        int(admitted.guild.id),
        command_filter(request.query_params),
        cursor=request.query_params.get("cursor"),
        limit=page_size(request),
    )
    records = visible_records(page.items, parts.catalogue, principal, admitted.standing)
    return json_response({"items": [record_view(record) for record in records], "next": page.next_cursor})


async def _accepted(
    request: Request, principal: Principal, standing: Standing | None, guild_id: Snowflake | None, location: str
) -> Response:
    parts = parts_of(request)
    key = idempotency_key(request)
    asked = await read_body(request, CommandRequest)
    checked = check_request(asked, parts.catalogue, parts.clock.now())
    if standing is not None:
        refusal = refusal_of_command(checked.spec, principal, standing)
        if refusal is not None:
            raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    command = build_command(
        checked, principal, guild_id=guild_id, correlation_id=request_id_of(request.scope), clock=parts.clock
    )
    if len(codec.encode(command)) > codec.MAX_BODY_BYTES // 2:
        raise Problem("body_too_large", "The command is larger than 512 KiB.")
    queued = await accept(
        command,
        checked.spec,
        ledger=parts.ledger,
        transport=parts.transport,
        clock=parts.clock,
        principal=principal.key,
        idempotency_key=key,
        body_hash=hash_of_request(asked),
        publish_seconds=parts.settings.publish_seconds,
    )
    return json_response({"id": str(queued.id)}, 202, {"Location": f"{location}{queued.id}"})


async def _with_timeline(parts: Parts, record: CommandRecord) -> Response:
    steps = steps_of(record, await audit_of(parts.database, record.id))
    return json_response({**record_view(record), "timeline": codec.to_builtins(steps)})


def _command_id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["command_id"])
    except ValueError as error:
        raise Problem("command_not_found", "A command's id is a UUID.") from error
