"""The first limit, by address, before anything is looked up; and on every response what is left of each limit."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.middleware.request_id import request_id_of
from web.problems import Problem, problem_response
from web.rates import Throttle, rate_headers, spent_by

__all__ = ["RateLimits"]

_FREE = ("/static/", "/livez", "/readyz", "/healthz")
"""A page's own files, of which there are many to a page, and probes."""


class RateLimits:
    """Sessions, keys, logins and servers have limits of their own, spent where those are known."""

    def __init__(self, app: ASGIApp, throttle: Throttle) -> None:
        self.app = app
        self.throttle = throttle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self.app(scope, receive, send)
            return

        async def send_with_rates(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in rate_headers(spent_by(scope)).items():
                    headers[name] = value
            await send(message)

        try:
            await self.throttle.request(scope)
        except Problem as problem:
            response = problem_response(problem, instance=scope["path"], request_id=str(request_id_of(scope)))
            await response(scope, receive, send_with_rates)
            return
        await self.app(scope, receive, send_with_rates)
