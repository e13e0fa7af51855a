"""`…/commands`: start one, look at one, list them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from starlette.responses import Response

from bus import codec
from bus.ids import Snowflake
from models.command_record import CommandRecord
from models.queries import NO_GUILD, audit_of, list_commands
from models.spec import CommandSpec
from models.timeline import Step, steps_of
from web.accept import CommandRequest, accept, build_command, check_request
from web.api.answers import json_response, listing
from web.api.filters import CommandQuery
from web.api.operation import PREFIX, Call, Nothing
from web.approving import will_wait
from web.authorization import Standing, refusal_of_command, refusal_of_platform_command
from web.cancelling import cancel_command
from web.changing import request_key
from web.command_view import CommandView, may_read, record_view, visible_records
from web.middleware.request_id import request_id_of
from web.once import id_once
from web.parts import Parts
from web.problems import Problem

__all__ = [
    "Accepted",
    "CommandDetail",
    "PlatformCommandRequest",
    "accepted",
    "cancel_one",
    "command_of",
    "get_command",
    "get_platform_command",
    "issue_in_guild",
    "list_guild_commands",
    "list_platform_commands",
    "post_command",
    "post_platform_command",
]


class PlatformCommandRequest(CommandRequest, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is wanted of the platform, in no server in particular (`place` in the catalogue)."""


class Accepted(msgspec.Struct, frozen=True, omit_defaults=True):
    """A command that the broker confirmed; `Location` is where to look at it.

    `needs_approval` where the server wants a second person for it: a worker checks it and leaves it
    `awaiting_approval`, and nothing is done before somebody approves.
    """

    id: UUID
    needs_approval: bool = False


class CommandDetail(CommandView, frozen=True, kw_only=True):
    """A command with every step of its life."""

    timeline: list[Step]


async def post_command(call: Call[Nothing, CommandRequest]) -> Response:
    """202 with the id once the broker confirmed; see `web.accept` for the order and the errors."""
    return await issue_in_guild(call, call.body)


async def issue_in_guild(call: Call[Any, Any], asked: CommandRequest) -> Response:
    """202 for a command in the guild of the path, which other operations put together too."""
    admitted = call.admitted
    id, waits = await _accept(call, asked, admitted.standing, admitted.guild.id)
    return accepted(id, admitted.guild.id, needs_approval=waits)


async def post_platform_command(call: Call[Nothing, PlatformCommandRequest]) -> Response:
    """A command for no guild in particular (`admin.broadcast`): for script keys that are not limited to guilds."""
    refusal = refusal_of_platform_command(call.principal)
    if refusal is not None:
        raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    id, _ = await _accept(call, call.body, None, None)
    return accepted(id, None)


def accepted(id: UUID, guild_id: Snowflake | None, *, needs_approval: bool = False) -> Response:
    """202 for a command that the broker confirmed."""
    where = "" if guild_id is None else f"/guilds/{guild_id}"
    return json_response(Accepted(id, needs_approval), 202, {"Location": f"{PREFIX}{where}/commands/{id}"})


async def get_command(call: Call[Nothing, None]) -> Response:
    """State (`queued` at once after the 202), attempts, outcome, and every step in `timeline`."""
    return await _with_timeline(call.parts, await command_of(call))


async def cancel_one(call: Call[Nothing, None]) -> Response:
    """For who issued it, or may issue such a command; while nobody runs it. The command as it is then."""
    parts, principal, admitted = call.parts, call.principal, call.admitted
    record = await command_of(call)
    spec = parts.catalogue.by_type.get(record.type)
    if spec is None:
        raise Problem("command_not_found", "The command is of a type that this platform no longer has.")
    own = (record.actor.kind, record.actor.id) == (principal.kind, principal.id)
    refusal = None if own else refusal_of_command(spec, principal, admitted.standing)
    if refusal is not None:
        raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    await id_once(call, record.id)
    await cancel_command(parts, record, spec, principal, correlation_id=request_id_of(call.request.scope))
    return json_response(record_view(await command_of(call)))


async def get_platform_command(call: Call[Nothing, None]) -> Response:
    """A command for no guild: for operators, and for keys of the platform."""
    parts = call.parts
    record = await parts.ledger.get(call.ids["command_id"])
    if record is None or record.guild_id is not None:
        raise Problem("command_not_found")
    return await _with_timeline(parts, record)


async def list_platform_commands(call: Call[CommandQuery, None]) -> Response:
    """Those of no server."""
    query = call.query
    page = await list_commands(call.parts.database, NO_GUILD, query.filter(), cursor=query.cursor, limit=query.limit)
    return listing(page, [record_view(record) for record in page.items], query.fields)


async def list_guild_commands(call: Call[CommandQuery, None]) -> Response:
    """A page can hold fewer rows than `limit`: what this principal may not see is left out of it."""
    parts, admitted, query = call.parts, call.admitted, call.query
    page = await list_commands(
        parts.database, int(admitted.guild.id), query.filter(), cursor=query.cursor, limit=query.limit
    )
    records = visible_records(page.items, parts.catalogue, call.principal, admitted.standing)
    return listing(page, [record_view(record) for record in records], query.fields)


async def _accept(
    call: Call[Any, Any], asked: CommandRequest, standing: Standing | None, guild_id: Snowflake | None
) -> tuple[UUID, bool]:
    """The command's id, and whether it waits for a second person."""
    parts, principal = call.parts, call.principal
    checked = check_request(asked, parts.catalogue, parts.clock.now())
    if standing is not None:
        refusal = refusal_of_command(checked.spec, principal, standing)
        if refusal is not None:
            raise Problem(refusal.code, refusal.detail, missing=refusal.missing)
    _check_place(checked.spec, guild_id)
    command = build_command(
        checked, principal, guild_id=guild_id, correlation_id=request_id_of(call.request.scope), clock=parts.clock
    )
    if len(codec.encode(command)) > codec.MAX_BODY_BYTES // 2:
        raise Problem("body_too_large", "The command is larger than 512 KiB.")
    queued = await accept(
        command,
        checked.spec,
        ledger=parts.ledger,
        transport=parts.transport,
        principal=principal.key,
        idempotency_key=call.idempotency_key,
        body_hash=request_key(call).body_hash,
        publish_seconds=parts.settings.publish_seconds,
    )
    return queued.id, await will_wait(parts, command, checked.parsed)


def _check_place(spec: type[CommandSpec], guild_id: Snowflake | None) -> None:
    """Raises Problem `request_invalid` for a command that is issued elsewhere."""
    if guild_id is None and spec.place == "guild":
        raise Problem(
            "request_invalid", f"{spec.type} is for a server: POST /guilds/{{guild_id}}/commands.", field="type"
        )
    if guild_id is not None and spec.place == "platform":
        raise Problem("request_invalid", f"{spec.type} is for no server in particular: POST /commands.", field="type")


async def command_of(call: Call[Any, Any]) -> CommandRecord:
    """The command of the path, if the caller may know of it."""
    parts, admitted = call.parts, call.admitted
    record = await parts.ledger.get(call.ids["command_id"])
    if (
        record is None
        or record.guild_id != admitted.guild.id
        or not may_read(record, parts.catalogue, call.principal, admitted.standing)
    ):
        raise Problem("command_not_found")
    return record


async def _with_timeline(parts: Parts, record: CommandRecord) -> Response:
    steps = steps_of(record, await audit_of(parts.database, record.id))
    return json_response(CommandDetail(**msgspec.structs.asdict(record_view(record)), timeline=steps))
