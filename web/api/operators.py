"""`/api/v1/platform` and `/api/v1/switches`: for the people who run the platform."""

from __future__ import annotations

from starlette.responses import Response

from web.api.answers import json_response
from web.api.operation import Call, Nothing
from web.authorization import Action, platform_standing, refusal_of
from web.operations_view import SwitchView, platform_view
from web.principal import Principal
from web.problems import Problem
from web.switching import SwitchRequest, flip_switch

__all__ = ["Flipped", "flip", "get_platform", "require_operator"]


class Flipped(SwitchView, frozen=True, kw_only=True):
    """What was switched; processes that obey `control_version` or a later one act on it."""

    off: bool
    control_version: int


async def get_platform(call: Call[Nothing, None]) -> Response:
    require_operator(call.principal, "platform.read")
    return json_response(await platform_view(call.parts))


async def flip(call: Call[Nothing, SwitchRequest]) -> Response:
    require_operator(call.principal, "platform.write")
    switch, version = await flip_switch(call.parts, call.principal, call.body)
    flipped = Flipped(
        scope=switch.scope,
        guild_id=call.body.guild_id,
        command=call.body.command,
        reason=switch.reason,
        by=switch.by,
        off=call.body.off,
        control_version=version,
    )
    return json_response(flipped)


def require_operator(principal: Principal, action: Action) -> None:
    """Raises Problem `not_permitted` for everybody else."""
    if refusal_of(action, principal, platform_standing(principal)) is not None:
        raise Problem("not_permitted", "This is for the people who run the platform (OPERATORS names them).")
