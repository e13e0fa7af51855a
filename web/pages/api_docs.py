"""`/api/openapi.json`, and a page that shows it and lets one try each operation."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bus import codec
from web.api.accepting import matches_etag
from web.authentication import session_of
from web.pages.session import remember_session
from web.parts import parts_of

__all__ = ["documentation_routes"]

_CACHING = "public, no-cache"


def documentation_routes(document: dict[str, Any]) -> list[Route]:
    """For everybody: what the document says holds for all, and is in the source anyway."""
    return [Route("/api/openapi.json", _file(codec.encode(document))), Route("/api/docs", _page(document))]


def _file(content: bytes) -> Callable[[Request], Awaitable[Response]]:
    etag = f'"{base64.urlsafe_b64encode(hashlib.sha256(content).digest()[:18]).decode()}"'
    headers = {"ETag": etag, "Cache-Control": _CACHING}

    async def openapi(request: Request) -> Response:
        if matches_etag(request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type="application/json")

    return openapi


def _page(document: dict[str, Any]) -> Callable[[Request], Awaitable[Response]]:
    by_tag: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            shown = {**operation, "method": method.upper(), "path": path, "success": _success(operation)}
            by_tag[operation["tags"][0]].append(shown)
    schemas = document["components"]["schemas"]
    reference: Markup | None = None

    async def docs(request: Request) -> Response:
        nonlocal reference
        pages = parts_of(request).pages
        if reference is None:
            # The same for everybody, and 5 ms to make, in which nobody else is served.
            reference = pages.part("api_reference.html", {"by_tag": by_tag, "schemas": schemas})
        session = await session_of(request)
        if session is not None:
            remember_session(request, session)
        context = {"info": document["info"], "tags": list(by_tag), "reference": reference}
        return pages.render(request, "api_docs.html", context)

    return docs


def _success(operation: dict[str, Any]) -> dict[str, Any]:
    """The answer where all went well: its status, and its example where it is JSON."""
    status = next(status for status in operation["responses"] if status.startswith("2"))
    content = operation["responses"][status].get("content", {})
    media = next(iter(content), None)
    return {"status": status, "media": media, "example": content.get(media, {}).get("example")}
