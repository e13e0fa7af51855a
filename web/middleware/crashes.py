"""A mistake of ours is answered like everything else: with the request's id, and with one record in the log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.live.response import CONNECTION

__all__ = ["Crashes"]


class Crashes:
    """Sends what `answer` makes of an exception; where a response has begun already, its connection is dropped.

    Starlette's own place for that is outside of all middleware, where the request's id is forgotten, and it raises the
    exception again, which the server then logs a second time.
    """

    def __init__(self, app: ASGIApp, answer: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self.app = app
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception as error:
            response = await self.answer(Request(scope, receive), error)
            if not begun:
                await response(scope, receive, send)
                return
            # Half a response must not look like a whole one. The server is told by the time that this returns: it
            # takes a response without an end for another mistake.
            scope["extensions"][CONNECTION]["abort"]()
            while (await receive())["type"] != "http.disconnect":
                pass
