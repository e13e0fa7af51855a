"""Pages, their static files, and pictures."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.control.calls import Handler, endpoint
from sandbox.oauth.authorize import authorize
from sandbox.pages.cdn import avatar, icon
from sandbox.pages.render import STATIC, page
from sandbox.settings import PREFIX
from sandbox.world import World

__all__ = ["page_routes"]

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


async def _channel_page(world: World, request: Request) -> Response:
    del request
    return HTMLResponse(page("sandbox.html", application=world.settings.application_name))


def _with_headers(handler: Handler) -> Handler:
    async def run(world: World, request: Request) -> Response:
        response = await handler(world, request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return run


def page_routes(world: World) -> list[BaseRoute]:
    return [
        Route(f"{PREFIX}/", endpoint(world, _with_headers(_channel_page))),
        Route(f"{PREFIX}/oauth2/authorize", endpoint(world, _with_headers(authorize))),
        # Beside the API as on discord.com: /api/v10 and /oauth2/authorize have the same parent.
        Route(f"{PREFIX}/discord/oauth2/authorize", endpoint(world, _with_headers(authorize))),
        Route(f"{PREFIX}/cdn/icons/{{guild_id}}/{{name}}", endpoint(world, icon)),
        Route(f"{PREFIX}/cdn/avatars/{{user_id}}/{{name}}", endpoint(world, avatar)),
        Mount(f"{PREFIX}/static", StaticFiles(directory=STATIC)),
    ]
