"""What one operation of the API is: a row of `web.api.operations`, from which its route and its documentation come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from bus.ids import Snowflake
from web.authorization import Action
from web.parts import Parts
from web.principal import Principal
from web.standing import Admitted

__all__ = [
    "ANYBODY",
    "JSON",
    "PATH_PARAMETERS",
    "PREFIX",
    "Call",
    "Method",
    "Nothing",
    "Operation",
    "PathParameter",
    "Who",
    "at_a_letter",
    "in_guild",
    "on_the_platform",
    "problems_of",
    "whoever_may",
]

PREFIX = "/api/v1"
JSON = "application/json"

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Query = TypeVar("Query")
Body = TypeVar("Body")


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A query in which nothing may be asked."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who may call an operation.

    `where` says where the caller is judged by the rule of `action` (`web.authorization.RULES`): nowhere in particular,
    on the platform as a whole or in the guild of the path, before the endpoint runs; or by the endpoint, which knows
    the guild of a dead letter. `anybody` is who is logged in or has a key.
    """

    where: Literal["anybody", "nowhere", "guild", "letter", "platform"]
    action: Action | None = None


ANYBODY = Who("anybody")


def whoever_may(action: Action) -> Who:
    """Whoever may do this, in no guild in particular."""
    return Who("nowhere", action)


def in_guild(action: Action) -> Who:
    """Whoever may do this in the guild of the path."""
    return Who("guild", action)


def at_a_letter(action: Action) -> Who:
    """Whoever may do this in the guild of the dead letter."""
    return Who("letter", action)


def on_the_platform(action: Action) -> Who:
    """Operators, and where keys may, those of the platform that are for every guild and have the scope."""
    return Who("platform", action)


@dataclass(frozen=True, slots=True)
class PathParameter:
    """An id in a path: its type, the problem where there is no such thing, and what it is."""

    kind: type[Snowflake] | type[UUID] | type[str]
    missing: str
    description: str
    example: str


PATH_PARAMETERS: Mapping[str, PathParameter] = MappingProxyType(
    {
        "guild_id": PathParameter(Snowflake, "guild_not_found", "The server's id.", "81384788765712384"),
        "person_id": PathParameter(Snowflake, "not_found", "The Discord user's id.", "80351110224678912"),
        "user_id": PathParameter(Snowflake, "user_not_found", "The Discord user's id.", "90339695967350784"),
        "command_id": PathParameter(
            UUID, "command_not_found", "The command's id.", "01932c07-209c-7f3a-8d5e-5b7c6e1f0a42"
        ),
        "bulk_id": PathParameter(UUID, "bulk_not_found", "The bulk's id.", "01932c07-7a14-7c52-8e66-1d0b9f3c5e21"),
        "preset_id": PathParameter(
            UUID, "preset_not_found", "The preset's id.", "01932c07-8b20-7d15-a3c4-4f5e6d7c8b9a"
        ),
        "template_id": PathParameter(
            UUID, "template_not_found", "The template's id.", "01932c07-8c31-7e26-b4d5-5061728394a5"
        ),
        "webhook_id": PathParameter(
            UUID, "webhook_not_found", "The webhook's id.", "01932c07-8d42-7f37-85e6-617283940516"
        ),
        "key_id": PathParameter(UUID, "key_not_found", "The key's id.", "01932c07-5d40-7a6b-b1c3-2e8f4d7a9c05"),
        "session_id": PathParameter(str, "session_not_found", "The session's id.", "Yx3q9vVb0kM"),
        "type": PathParameter(str, "not_found", "The command's type.", "moderation.ban"),
        "dead_letter_id": PathParameter(
            UUID, "dead_letter_not_found", "The dead letter's id.", "01932c07-3b1e-7c11-9a52-0f6d2c9e8b17"
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Call(Generic[Query, Body]):
    """One request to an operation, read as its row says; ids are of the path, without the guild's.

    `admitted` is there where the row says `in_guild`, `expected_version` where it says `versioned`.
    """

    request: Request
    parts: Parts
    principal: Principal
    query: Query
    body: Body
    ids: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str = ""
    expected_version: int = 0
    place: Admitted | None = None

    @property
    def admitted(self) -> Admitted:
        """The guild of the path and what the caller is there."""
        if self.place is None:
            raise LookupError("the operation's row does not say in_guild(…)")
        return self.place


Endpoint = Callable[[Call[Any, Any]], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One row. `path` is below `/api/v1`; `query` and `body` are structs that refuse unknown fields.

    `answer` is the type of what comes back with `status` as JSON (None: no body, or one of `media` that is not JSON).
    `versioned` operations need `If-Match` with the version, as the resource's ETag says it, and change nothing else.
    `errors` are codes of `web.problems` besides those that follow from the row (`problems_of`). A POST takes an
    Idempotency-Key; every other method may be repeated as it is.
    """

    method: Method
    path: str
    id: str
    summary: str
    endpoint: Endpoint
    who: Who
    query: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] | None = None
    status: int = 200
    answer: Any = None
    media: tuple[str, ...] = (JSON,)
    errors: tuple[str, ...] = ()
    versioned: bool = False

    @property
    def tag(self) -> str:
        """The resource: the first part of the path that is no id, below the guild where there is one."""
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")]
        return parts[1] if parts[0] == "guilds" and len(parts) > 1 else parts[0]

    @property
    def path_parameters(self) -> tuple[str, ...]:
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def conditional(self) -> bool:
        """Whether the answer has an ETag, so that `If-None-Match` can spare it."""
        return self.method == "GET" and self.media == (JSON,)


_ALWAYS = (
    "malformed_request", "not_authenticated", "not_acceptable", "rate_limited", "internal_error", "unavailable",
    "took_too_long",
)  # fmt: skip
_OF_QUERY = ("request_invalid",)
_OF_BODY = ("request_invalid", "media_type_unsupported")
_OF_CHANGES = ("csrf_rejected", "body_too_large")
_OF_GUILDS = ("guild_not_found", "not_permitted", "scope_missing")
_OF_RULES = ("not_permitted", "scope_missing")


def problems_of(operation: Operation) -> tuple[str, ...]:
    """Every code that the operation can answer with, in order and once each."""
    codes = [*_ALWAYS, *_OF_QUERY]
    if operation.body is not None:
        codes += _OF_BODY
    if operation.method != "GET":
        codes += _OF_CHANGES
    if operation.method == "POST":
        codes += ("idempotency_key_missing",)
    if operation.versioned:
        codes += ("version_needed", "version_conflict")
    if operation.who.where == "guild":
        codes += _OF_GUILDS
    elif operation.who.action is not None:
        codes += _OF_RULES
    codes += [PATH_PARAMETERS[name].missing for name in operation.path_parameters]
    return tuple(dict.fromkeys([*codes, *operation.errors]))
