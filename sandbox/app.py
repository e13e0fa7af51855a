"""The sandbox as an ASGI application, and as a list of routes for a process that serves more than this."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from sandbox.control.calls import reply
from sandbox.control.routes import control_routes
from sandbox.errors import NOT_FOUND
from sandbox.gateway.socket import serve
from sandbox.pages.routes import page_routes
from sandbox.rest.dispatch import Endpoint
from sandbox.rest.routes import ROUTES
from sandbox.settings import API_PREFIX, GATEWAY_PATH, PREFIX
from sandbox.world import World

__all__ = ["create_app", "routes"]


def routes(world: World) -> list[BaseRoute]:
    """Everything, all below `/sandbox`. Whoever mounts them calls `world.close()` before the server stops."""

    async def gateway(socket: WebSocket) -> None:
        await serve(world, socket)

    async def unknown(request: Request) -> Response:
        world.requests.count(f"{request.method} (unknown)", 404, world.now())
        return reply(NOT_FOUND.error().body(), 404)

    async def home(request: Request) -> Response:
        del request
        return RedirectResponse(f"{PREFIX}/", 307)

    table: list[BaseRoute] = [
        Route(API_PREFIX + row.template, Endpoint(world, row), methods=[row.method]) for row in ROUTES
    ]
    table += [
        WebSocketRoute(GATEWAY_PATH, gateway),
        # resume_gateway_url is a base to which some clients add a slash before the query.
        WebSocketRoute(GATEWAY_PATH + "/", gateway),
        Route(API_PREFIX + "/{rest:path}", unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        *control_routes(world),
        *page_routes(world),
        Route(PREFIX, home),
    ]
    return table


def create_app(world: World, *, public_url: str) -> Starlette:
    """`public_url` is what clients reach this server at (`http://127.0.0.1:8000`): gateway addresses begin with it."""
    world.public_url = public_url.rstrip("/")

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        del app
        world.feed.reopen()
        try:
            yield
        finally:
            world.close()

    return Starlette(routes=routes(world), lifespan=lifespan)
