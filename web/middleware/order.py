"""Which middleware runs, from the outside in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response

from bus.clock import Clock
from web.config import Settings
from web.middleware.access_log import AccessLog
from web.middleware.body_limit import BodyLimit
from web.middleware.cors import ApiCors
from web.middleware.crashes import Crashes
from web.middleware.csrf import CsrfGuard
from web.middleware.plain_text_only import PlainTextOnly
from web.middleware.rate_limits import RateLimits
from web.middleware.request_id import RequestId
from web.middleware.security_headers import SecurityHeaders
from web.middleware.time_limit import TimeLimit
from web.rates import Throttle

__all__ = ["middleware"]


def middleware(
    settings: Settings, clock: Clock, throttle: Throttle, on_crash: Callable[[Request, Exception], Awaitable[Response]]
) -> list[Middleware]:
    """The first sees the request first and the response last. `on_crash` answers an exception that nobody expected."""
    cors = [Middleware(ApiCors, origins=settings.cors_origins)] if settings.cors_origins else []
    return [
        Middleware(RequestId),
        Middleware(AccessLog, clock=clock),
        Middleware(SecurityHeaders, https=settings.https, image_sources=settings.image_sources),
        *cors,
        Middleware(Crashes, answer=on_crash),
        Middleware(RateLimits, throttle=throttle),
        # Live streams are left as they are: the middleware passes text/event-stream through.
        Middleware(GZipMiddleware, minimum_size=700, compresslevel=5),
        Middleware(TimeLimit, seconds=settings.request_seconds),
        Middleware(PlainTextOnly),
        Middleware(BodyLimit, most_bytes=settings.max_body_bytes),
        Middleware(CsrfGuard, origin=settings.origin, cookie=settings.session_cookie, secret=settings.session_secret),
    ]
