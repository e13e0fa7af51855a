"""The web application: everything it is made of, put together once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bus.clock import Clock
from bus.topology import Topology
from bus.transport import Transport
from models.catalogue import Catalogue
from models.database import Database
from models.ledger import Ledger
from models.rate_limits import Rates
from web.build import build_parts
from web.config import Settings
from web.errors import EXCEPTION_HANDLERS, on_crash
from web.live.heartbeat import keep_alive
from web.middleware.order import middleware
from web.operators import record_operators
from web.parts import Parts
from web.routes import routes
from web.trouble_watch import watch_troubles

__all__ = ["create_app", "stop_streams"]


def create_app(
    settings: Settings,
    *,
    transport: Transport,
    database: Database,
    ledger: Ledger,
    catalogue: Catalogue,
    clock: Clock,
    topology: Topology,
    rates: Rates,
    extra_routes: Sequence[BaseRoute] = (),
    bot_trouble: Callable[[], str] | None = None,
) -> Starlette:
    """The ASGI application.

    `transport` and `database` may still be connecting: until they are there, /readyz says which is missing and
    requests that need one get a 503. `rates` is what limits are counted with: the same for a bot in the same process.
    Whoever made these three also closes them, after this application's shutdown.
    `extra_routes` come first and pass none of our middleware: they belong to somebody else.
    `bot_trouble` says in a sentence what a bot in the same process lacks, for the probes; empty for nothing.
    """
    parts = build_parts(
        settings,
        transport=transport,
        database=database,
        ledger=ledger,
        catalogue=catalogue,
        clock=clock,
        topology=topology,
        bot_trouble=bot_trouble,
        rates=rates,
    )
    inner = Starlette(
        routes=routes(),
        middleware=middleware(settings, clock, parts.throttle, on_crash),
        exception_handlers=EXCEPTION_HANDLERS,
    )
    inner.router.redirect_slashes = False  # it would answer with the Host header in an address; see web.routes
    inner.state.parts = parts
    outer = Starlette(routes=list(extra_routes), lifespan=_lifespan)
    # Not a mount: its pattern matches no line break, and such an address would pass by all of our middleware.
    outer.router.default = inner
    outer.router.redirect_slashes = False
    outer.state.parts = parts
    return outer


def stop_streams(app: Starlette) -> None:
    """Close every live stream: to be called when a stop begins, for a server waits for its responses to end."""
    parts: Parts = app.state.parts
    parts.hub.stop()


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    parts: Parts = app.state.parts
    beating = keep_alive(parts.hub, parts.settings.heartbeat_seconds)
    of_parts = (parts.follower.run(), parts.recheck.run(), parts.presence.run(), parts.company.run())
    running = (*of_parts, beating, record_operators(parts), watch_troubles(parts))
    tasks = [asyncio.create_task(one) for one in running]
    try:
        yield
    finally:
        parts.hub.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await parts.presence.leave()
