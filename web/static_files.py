"""Static files, kept by browsers for a year: each address holds a hash of what it serves."""

from __future__ import annotations

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

__all__ = ["VersionedFiles"]


class VersionedFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            versioned = scope["query_string"].startswith(b"v=")
            age = "public, max-age=31536000, immutable" if versioned else "public, max-age=300"
            response.headers["Cache-Control"] = age
        return response
