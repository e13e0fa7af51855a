"""Reading control requests and writing their answers, for all routes of the control API alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sandbox.control.problem import Problem
from sandbox.errors import ApiError
from sandbox.world import World

__all__ = ["Handler", "body_of", "endpoint", "id_of", "reply"]

Handler = Callable[[World, Request], Awaitable[Response]]
T = TypeVar("T")


def reply(body: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


async def body_of(request: Request, kind: type[T]) -> T:
    raw = await request.body()
    try:
        return msgspec.json.decode(raw or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, "bad_request", str(error)) from error


def id_of(value: str | int | None, name: str) -> int:
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        raise Problem(400, "bad_id", f"{name} is not an id.")
    return int(text)


def endpoint(world: World, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Problems, and errors of the world itself (an unknown member …), as `{"code", "message"}`."""

    async def run(request: Request) -> Response:
        try:
            return await handler(world, request)
        except Problem as error:
            return reply(error.body(), error.status)
        except ApiError as error:
            return reply({"code": str(error.code), "message": error.message}, error.status)

    return run
