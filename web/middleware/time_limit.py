"""A bound on the time until a response begins; what streams after that has no end."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.middleware.request_id import request_id_of
from web.problems import Problem, problem_response

__all__ = ["TimeLimit"]


class TimeLimit:
    """Answers `took_too_long` after `seconds`: a client that dribbles its body, or a part of ours that hangs."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.seconds) as limit:

                async def send_and_lift(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        limit.reschedule(None)
                    await send(message)

                await self.app(scope, receive, send_and_lift)
        except TimeoutError:
            if not limit.expired():
                raise
            problem = Problem("took_too_long", f"No answer within {self.seconds:g} s.", headers={"Retry-After": "5"})
            response = problem_response(problem, instance=scope["path"], request_id=str(request_id_of(scope)))
            await response(scope, receive, send)
