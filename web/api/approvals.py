"""`…/commands/{id}/approve` and `…/decline`: what a second person says of a command that waits for them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from models.approvals import Verdict
from web.accept import CommandRequest
from web.api.commands import accepted, command_of, issue_in_guild
from web.api.operation import Call, Nothing
from web.approving import check_decision, decided_before

__all__ = ["DeclineRequest", "approve_one", "decline_one"]


class DeclineRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why not; whoever asked is told."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


async def approve_one(call: Call[Nothing, None]) -> Response:
    """202 with the id of the command that approves. Of several people at once, the first one counts."""
    return await _decide(call, "approved", CommandRequest(type="approval.approve", options=_about(call)))


async def decline_one(call: Call[Nothing, DeclineRequest]) -> Response:
    """202 with the id of the command that declines; nothing is done then."""
    options = {**_about(call), "reason": call.body.reason}
    return await _decide(call, "declined", CommandRequest(type="approval.decline", options=options))


async def _decide(call: Call[Any, Any], verdict: Verdict, asked: CommandRequest) -> Response:
    record, guild_id = await command_of(call), call.admitted.guild.id
    before = decided_before(record, call.principal, verdict)
    if before is not None:
        return accepted(before, guild_id)
    await check_decision(call.parts, record, call.principal, call.admitted.standing)
    return await issue_in_guild(call, asked)


def _about(call: Call[Any, Any]) -> dict[str, str]:
    return {"command": str(call.ids["command_id"])}
