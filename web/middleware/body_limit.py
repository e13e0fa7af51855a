"""A bound on request bodies, announced or not, told as every other problem (Starlette's own answers plain text)."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.middleware.request_id import request_id_of
from web.problems import Problem, problem_response

__all__ = ["BodyLimit"]


class BodyLimit:
    """Refuses by `Content-Length` before anything is read, and by count where a body comes in chunks."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app = app
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > self.most_bytes:
            problem = Problem("body_too_large", f"At most {self.most_bytes} bytes.")
            response = problem_response(problem, instance=scope["path"], request_id=str(request_id_of(scope)))
            await response(scope, receive, send)
            return
        received = 0

        async def receive_some() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.most_bytes:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_some, send)
