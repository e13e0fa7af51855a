"""`…/checks`: why somebody can or cannot use a command somewhere, check by check, with what to do."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from starlette.responses import Response

from bus.ids import Snowflake
from models.checks import Check
from models.spec import CommandSpec
from web.api.answers import json_response
from web.api.operation import Call
from web.parts import Parts
from web.problems import Problem
from web.why import why

__all__ = ["CheckView", "ChecksAnswer", "ChecksQuery", "checks_view", "command_named", "get_checks"]


class ChecksQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who would use what, where, and about whom or what."""

    command: Annotated[str, msgspec.Meta(max_length=64, description="The command's type.")]
    member: Annotated[Snowflake, msgspec.Meta(description="Who would use it.")]
    channel: Annotated[Snowflake | None, msgspec.Meta(description="Where it would be typed.")] = None
    target: Annotated[Snowflake | None, msgspec.Meta(description="The member or role that it would be about.")] = None


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """One check. `message` is what the person would be told, `fix` what can be done about it."""

    name: str
    title: str
    state: Literal["passed", "failed", "unknown"]
    code: str | None
    message: str
    fix: str


class ChecksAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """In the order in which they are asked; the worker stops at the first that does not pass."""

    command: str
    member: Snowflake
    allowed: bool
    checks: list[CheckView]


async def get_checks(call: Call[ChecksQuery, None]) -> Response:
    """From what the platform knows at this moment; nothing is done, and no use is counted."""
    query = call.query
    spec = command_named(call.parts, query.command)
    checks = await why(
        call.parts,
        call.admitted.guild.id,
        spec,
        member_id=query.member,
        channel_id=query.channel,
        target_id=query.target,
    )
    return json_response(checks_view(spec, query.member, checks))


def command_named(parts: Parts, type_: str) -> type[CommandSpec]:
    """Raises Problem `command_unknown`."""
    spec = parts.catalogue.by_type.get(type_)
    if spec is None:
        raise Problem("command_unknown", f"There is no command {type_[:64]!r}.", field="command")
    return spec


def checks_view(spec: type[CommandSpec], member: Snowflake, checks: list[Check]) -> ChecksAnswer:
    return ChecksAnswer(
        command=spec.type,
        member=member,
        allowed=all(check.state == "passed" for check in checks),
        checks=[
            CheckView(
                name=check.name,
                title=check.title,
                state=check.state,
                code=None if check.trouble is None else check.trouble.code,
                message="" if check.trouble is None else check.trouble.message,
                fix="" if check.trouble is None else check.trouble.fix,
            )
            for check in checks
        ],
    )
