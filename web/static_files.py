"""Static files, kept by browsers for a year: their addresses begin with a version of them all.

One version for the whole folder, and not one for each file, so that modules, style sheets and fonts that name each
other by relative addresses always come from the same version.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

__all__ = ["STATIC_DIRECTORY", "VersionedFiles", "imported_by", "static_url", "static_version"]

STATIC_DIRECTORY = Path(__file__).resolve().parent / "static"


@cache
def static_version() -> str:
    """A hash of every file's name and content, read once in a process."""
    digest = hashlib.sha256()
    for path in sorted(path for path in STATIC_DIRECTORY.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(STATIC_DIRECTORY)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def static_url(name: str) -> str:
    """The address of a file. A name that no file has is a mistake in a template: LookupError."""
    if not (STATIC_DIRECTORY / name).is_file():
        raise LookupError(f"there is no static file {name}")
    return f"/static/{static_version()}/{name}"


@cache
def imported_by(module: str) -> tuple[str, ...]:
    """Every module that this one needs, directly or not: a page names them, so that none is asked for by another."""
    found: dict[str, None] = {}
    waiting = [module]
    while waiting:
        text = (STATIC_DIRECTORY / waiting.pop()).read_text(encoding="utf-8")
        for name in re.findall(r'^import [^;]*"\./([^"]+)";$', text, re.MULTILINE):
            if name not in found:
                found[name] = None
                waiting.append(name)
    return tuple(found)


class VersionedFiles(StaticFiles):
    """Behind `/static/{version}`. A page of another version, from before a restart, still gets what is there now."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            current = scope["path_params"].get("version") == static_version()
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
        return response
