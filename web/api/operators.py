"""`/api/v1/platform` and `/api/v1/switches`: for the people who run the platform."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from models.database import Connection
from web.api.answers import json_response
from web.api.operation import Call, Nothing
from web.authorization import Action, platform_standing, refusal_of
from web.changing import change_of
from web.once import Answer, once
from web.operations_view import SwitchView, platform_view
from web.principal import Principal
from web.problems import Problem
from web.switching import SwitchRequest, announce_switches, check_switch, flip_switch

__all__ = ["Flipped", "flip", "get_platform", "require_operator"]


class Flipped(SwitchView, frozen=True, kw_only=True):
    """What was switched; processes that obey `control_version` or a later one act on it."""

    off: bool
    control_version: int


async def get_platform(call: Call[Nothing, None]) -> Response:
    require_operator(call.principal, "platform.read")
    return json_response(await platform_view(call.parts))


async def flip(call: Call[Nothing, SwitchRequest]) -> Response:
    """The same request flips it once, whatever it was switched to in between."""
    require_operator(call.principal, "platform.write")
    await check_switch(call.parts, call.body)
    flipped: list[Flipped] = []

    async def act(connection: Connection, _: UUID) -> Answer:
        switch, version = await flip_switch(connection, change_of(call), call.body)
        flipped.append(
            Flipped(
                scope=switch.scope,
                guild_id=call.body.guild_id,
                command=call.body.command,
                reason=switch.reason,
                by=switch.by,
                off=call.body.off,
                control_version=version,
            )
        )
        return Answer(flipped[0])

    answer = await once(call, act)
    for one in flipped:
        await announce_switches(call.parts, one.control_version)
    return answer


def require_operator(principal: Principal, action: Action) -> None:
    """Raises Problem `not_permitted` for everybody else."""
    if refusal_of(action, principal, platform_standing(principal)) is not None:
        raise Problem("not_permitted", "This is for the people who run the platform (OPERATORS names them).")
