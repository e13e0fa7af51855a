"""From the table of operations to Starlette's routes: who asks, may they, what do they say; then the endpoint."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.api.accepting import accepts, matches_etag, version_in
from web.api.bodies import idempotency_key, read_body
from web.api.operation import PREFIX, Call, Operation, Who
from web.api.queries import read_ids, read_query
from web.authentication import require_principal
from web.authorization import platform_standing, refusal_of
from web.parts import parts_of
from web.principal import Principal
from web.problems import Problem
from web.standing import Admitted, admit

__all__ = ["api_routes"]


def api_routes(operations: Iterable[Operation]) -> list[Route]:
    """One route for each path, so that a 405 names all its methods."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        methods = by_path.setdefault(operation.path, {})
        if methods.setdefault(operation.method, operation) is not operation:
            raise ValueError(f"two operations are {operation.method} {operation.path}")
    return [_route(path, methods) for path, methods in by_path.items()]


def _route(path: str, operations: Mapping[str, Operation]) -> Route:
    async def serve(request: Request) -> Response:
        operation = operations["GET" if request.method == "HEAD" else request.method]
        response = await operation.endpoint(await _read(request, operation))
        return _or_unchanged(request, response) if operation.conditional else response

    return Route(PREFIX + path, serve, methods=list(operations))


async def _read(request: Request, operation: Operation) -> Call[Any, Any]:
    """Raises Problem for whatever is wrong, in this order: who, how, where, what."""
    principal = await require_principal(request)
    if not accepts(request.headers.get("accept"), operation.media):
        raise Problem("not_acceptable", f"This answers with {', '.join(operation.media)}.")
    place = await _judge(request, principal, operation.who)
    call: Call[Any, Any] = Call(
        request=request,
        parts=parts_of(request),
        principal=principal,
        place=place,
        ids=read_ids(request),
        idempotency_key=idempotency_key(request) if operation.method == "POST" else "",
        expected_version=version_in(request.headers.get("if-match")) if operation.versioned else 0,
        query=read_query(request.query_params, operation.query),
        body=None if operation.body is None else await read_body(request, operation.body),
    )
    if operation.method == "POST" and operation.who.action == "commands.write" and place is not None:
        # Whatever starts commands is one of them, however many children it has.
        await call.parts.throttle.command(request.scope, principal, place.guild.id)
    return call


async def _judge(request: Request, principal: Principal, who: Who) -> Admitted | None:
    """Raises Problem for who may not. The guild of the path, where there is one."""
    if who.action is None:
        return None
    if who.where == "guild":
        return await admit(request, principal, who.action)
    if who.where in ("nowhere", "platform"):
        refusal = refusal_of(who.action, principal, platform_standing(principal))
        if refusal is not None and refusal.code == "guild_not_found":
            raise Problem("not_permitted", "This is for the people who run the platform and for its own keys.")
        if refusal is not None:
            raise Problem(refusal.code, refusal.detail, extra={"missing": refusal.missing} if refusal.missing else None)
    return None


def _or_unchanged(request: Request, response: Response) -> Response:
    """The answer with its ETag, or 304 where the client has it already (RFC 9110, section 13.1.2).

    Its owner alone may keep it, and asks each time whether it still holds.
    """
    if response.status_code != 200:
        return response
    if "etag" not in response.headers:
        digest = hashlib.sha256(bytes(response.body)).digest()[:18]
        response.headers["ETag"] = f'"{base64.urlsafe_b64encode(digest).decode()}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization, Cookie"
    if not matches_etag(request.headers.get("if-none-match"), response.headers["etag"]):
        return response
    kept = {name: response.headers[name] for name in ("etag", "cache-control", "vary")}
    return Response(status_code=304, headers=kept)
