"""Refuses state-changing requests that another site may have caused. See `web.csrf` for the decision."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.csrf import is_same_origin, is_token_of
from web.middleware.request_id import request_id_of
from web.problems import Problem, problem_response

__all__ = ["TOKEN_FIELD", "TOKEN_HEADER", "CsrfGuard"]

TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 (a header's name)
TOKEN_FIELD = "csrf_token"  # noqa: S105 (a field's name)

_SAFE = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
_MOST_FORM_BYTES = 16 * 1024


class CsrfGuard:
    """A bearer key is not sent by a browser on its own: such requests to the API pass, which then ignores cookies."""

    def __init__(self, app: ASGIApp, *, origin: str, cookie: str, secret: bytes) -> None:
        self.app = app
        self.origin = origin
        self.cookie = cookie
        self.secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _SAFE:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if "authorization" in headers and scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
            return
        session_id = cookie_parser(headers.get("cookie", "")).get(self.cookie)
        if session_id is None:
            # Nothing to forge: what needs a session refuses by itself.
            await self.app(scope, receive, send)
            return
        fetch_site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        token = headers.get(TOKEN_HEADER)
        if token is None and headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            body = await _read(receive)
            token = parse_qs(body.decode(errors="replace")).get(TOKEN_FIELD, [None])[0]
            receive = _again(body, receive)
        if is_same_origin(fetch_site=fetch_site, origin=origin, ours=self.origin) and is_token_of(
            token, session_id, self.secret
        ):
            await self.app(scope, receive, send)
            return
        problem = Problem("csrf_rejected", f"Send it from the dashboard's own pages, with {TOKEN_HEADER}.")
        response = problem_response(problem, instance=scope["path"], request_id=str(request_id_of(scope)))
        await response(scope, receive, send)


async def _read(receive: Receive) -> bytes:
    """A form's body; of a longer one only the beginning, which then holds no valid token."""
    body = b""
    while len(body) <= _MOST_FORM_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body[:_MOST_FORM_BYTES]


def _again(body: bytes, receive: Receive) -> Receive:
    """Hand out the body that was read already, then whatever comes."""
    handed_out = False

    async def replay() -> Message:
        nonlocal handed_out
        if handed_out:
            return await receive()
        handed_out = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
