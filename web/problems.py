"""Every error of the API and of the pages: one table of stable codes, told as RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
from starlette.responses import Response

from bus import codec

__all__ = ["PROBLEMS", "Problem", "ProblemBody", "ProblemKind", "problem_response"]


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem: its HTTP status and a title that is the same every time."""

    status: int
    title: str


PROBLEMS: Mapping[str, ProblemKind] = MappingProxyType(
    {
        "malformed_request": ProblemKind(400, "The request cannot be read"),
        "idempotency_key_missing": ProblemKind(400, "An Idempotency-Key is needed"),
        "login_failed": ProblemKind(400, "The login did not succeed"),
        "not_authenticated": ProblemKind(401, "Log in, or send an API key"),
        "not_permitted": ProblemKind(403, "You may not do this"),
        "scope_missing": ProblemKind(403, "The API key lacks a scope"),
        "own_command": ProblemKind(403, "It needs somebody else than who asked for it"),
        "csrf_rejected": ProblemKind(403, "The request did not come from this dashboard"),
        "not_found": ProblemKind(404, "There is nothing here"),
        "guild_not_found": ProblemKind(404, "There is no such server for you"),
        "command_not_found": ProblemKind(404, "There is no such command for you"),
        "dead_letter_not_found": ProblemKind(404, "There is no such dead letter for you"),
        "session_not_found": ProblemKind(404, "You have no such session"),
        "user_not_found": ProblemKind(404, "There is no such user for you"),
        "bulk_not_found": ProblemKind(404, "The server has no such bulk"),
        "preset_not_found": ProblemKind(404, "The server has no such preset"),
        "template_not_found": ProblemKind(404, "There is no such template"),
        "webhook_not_found": ProblemKind(404, "The server has no such webhook"),
        "key_not_found": ProblemKind(404, "There is no such key of yours, or it has ended"),
        "method_not_allowed": ProblemKind(405, "This address does not take this method"),
        "not_acceptable": ProblemKind(406, "There is no answer of the media type that was asked for"),
        "dead_letter_closed": ProblemKind(409, "The dead letter was replayed or discarded already"),
        "key_ended": ProblemKind(409, "The key has ended already"),
        "too_many_keys": ProblemKind(409, "You have too many keys"),
        "name_taken": ProblemKind(409, "There is one of this name already"),
        "too_many": ProblemKind(409, "There are as many as there may be"),
        "not_awaiting_approval": ProblemKind(409, "The command does not wait for approval any more"),
        "not_cancellable": ProblemKind(409, "The command runs or has ended"),
        "version_conflict": ProblemKind(412, "Somebody else changed it in between"),
        "body_too_large": ProblemKind(413, "The body is larger than 1 MiB"),
        "media_type_unsupported": ProblemKind(415, "The body must be application/json"),
        "request_invalid": ProblemKind(422, "The request does not say something that can be done"),
        "command_unknown": ProblemKind(422, "There is no such command"),
        "version_unknown": ProblemKind(422, "This version of the command is unknown"),
        "options_invalid": ProblemKind(422, "An option of the command is not valid"),
        "idempotency_key_reused": ProblemKind(422, "The Idempotency-Key was used for another request"),
        "not_replayable": ProblemKind(422, "The dead letter holds nothing that could be sent again"),
        "version_needed": ProblemKind(428, "If-Match is needed: the ETag of what is to be changed"),
        "rate_limited": ProblemKind(429, "Too many requests"),
        "too_many_streams": ProblemKind(429, "Too many live streams are open"),
        "internal_error": ProblemKind(500, "Something went wrong on our side"),
        "discord_unavailable": ProblemKind(502, "Discord did not answer"),
        "not_confirmed": ProblemKind(503, "The command was not confirmed yet"),
        "not_finished": ProblemKind(503, "It was accepted and is not done yet"),
        "unavailable": ProblemKind(503, "A part of the platform is not reachable"),
        "took_too_long": ProblemKind(503, "The request took too long"),
    }
)


class Problem(Exception):
    """An error to be told to the client: a code of the table, a sentence, and what else helps.

    `extra` becomes members of the problem object (`option`, `scope`, `id`); `headers` go with the answer.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> None:
        super().__init__(detail or PROBLEMS[code].title)
        self.code = code
        self.detail = detail
        self.headers = headers or {}
        self.extra = {**(extra or {}), **named}

    @property
    def status(self) -> int:
        return PROBLEMS[self.code].status

    @property
    def title(self) -> str:
        return PROBLEMS[self.code].title


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, as RFC 9457 has it. Some codes add members of their own: `field`, `option`, `missing`, `id`."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    request_id: UUID


def problem_response(problem: Problem, *, instance: str, request_id: str) -> Response:
    """The problem as `application/problem+json`."""
    body: dict[str, Any] = {
        "type": f"urn:guildbus:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail or problem.title,
        "instance": instance,
        "request_id": request_id,
        **problem.extra,
    }
    headers = {"Cache-Control": "no-store", **problem.headers}
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="guildbus"'
    return Response(codec.encode(body), problem.status, headers, media_type="application/problem+json")
