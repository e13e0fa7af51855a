"""`/design`: the design system, every component in the states it has."""

from __future__ import annotations

from typing import get_args

from starlette.requests import Request
from starlette.responses import Response

from models.outcome import CommandState
from web.pages.session import page_principal
from web.parts import parts_of
from web.problems import Problem

__all__ = ["design_page"]


async def design_page(request: Request) -> Response:
    """For who builds on it: operators, and everybody where the platform is tried out."""
    parts = parts_of(request)
    principal = await page_principal(request)
    if parts.settings.profile == "production" and not principal.operator:
        raise Problem("not_found")
    return parts.pages.render(request, "design.html", {"states": get_args(CommandState)})
