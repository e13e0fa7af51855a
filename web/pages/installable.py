"""What makes the dashboard installable: the manifest, the service worker, and the page for who is offline."""

from __future__ import annotations

from functools import cache

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from web.parts import parts_of
from web.static_files import STATIC_DIRECTORY, static_url, static_version

__all__ = ["manifest", "offline_page", "service_worker"]

_KEPT = (
    "tokens.css",
    "base.css",
    "controls.css",
    "components.css",
    "offline.js",
    "favicon.svg",
    "vendor/inter/inter-latin-wght-normal.woff2",
    "vendor/lucide/icons.svg",
)


async def manifest(request: Request) -> Response:
    """https://www.w3.org/TR/appmanifest/"""
    del request
    icons = [
        {"src": static_url(f"icons/{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    body = {
        "name": "guildbus",
        "short_name": "guildbus",
        "description": "Everything your Discord bot does, as it happens.",
        "id": "/",
        "start_url": "/guilds",
        "scope": "/",
        "display": "standalone",
        "background_color": "#101114",
        "theme_color": "#101114",
        "icons": icons,
    }
    headers = {"Cache-Control": "no-cache"}
    return JSONResponse(body, headers=headers, media_type="application/manifest+json")


async def service_worker(request: Request) -> Response:
    """At the root, because it serves what lies below its own address. A new version of any file is a new worker."""
    del request
    return Response(_worker(), headers={"Cache-Control": "no-cache"}, media_type="text/javascript")


async def offline_page(request: Request) -> Response:
    """Kept by the service worker: it names nobody and holds no token."""
    return parts_of(request).pages.render(request, "offline.html", {})


@cache
def _worker() -> str:
    kept = ", ".join(f'"{static_url(name)}"' for name in _KEPT)
    head = f'const VERSION = "{static_version()}";\nconst KEPT = ["/offline", {kept}];\n'
    return head + (STATIC_DIRECTORY / "service_worker.js").read_text(encoding="utf-8")
