"""Refuses control characters in addresses and headers: PostgreSQL takes no NUL, and a log line must stay one line."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from web.middleware.request_id import request_id_of
from web.problems import Problem, problem_response

__all__ = ["PlainTextOnly"]

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


class PlainTextOnly:
    """Looks at the path and the query; bodies are looked at by what parses them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_plain(scope):
            problem = Problem("malformed_request", "The address holds a control character or is not UTF-8.")
            response = problem_response(problem, instance="", request_id=str(request_id_of(scope)))
            await response(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_plain(scope: Scope) -> bool:
    address = unquote_to_bytes(scope.get("raw_path") or b"") + b"?" + unquote_to_bytes(scope["query_string"])
    if _CONTROL.search(address):
        return False
    try:
        address.decode()
    except UnicodeDecodeError:
        return False
    return True
