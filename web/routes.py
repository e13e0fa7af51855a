"""Every address of the web process, in one table."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from web.api import health
from web.api.openapi import openapi_document
from web.api.operations import OPERATIONS
from web.api.serving import api_routes
from web.login import endpoints as login
from web.pages import account as account_pages
from web.pages import analytics as analytics_pages
from web.pages import approvals as approval_pages
from web.pages import audit as audit_pages
from web.pages import commands as command_pages
from web.pages import dead_letters as dead_letter_pages
from web.pages import design as design_pages
from web.pages import guilds as guild_pages
from web.pages import installable
from web.pages import members as member_pages
from web.pages import overview as overview_pages
from web.pages import platform as platform_pages
from web.pages import settings as settings_pages
from web.pages.api_docs import documentation_routes
from web.static_files import STATIC_DIRECTORY, VersionedFiles

__all__ = ["routes"]

_PAGE = "/guilds/{guild_id}"


def routes() -> list[BaseRoute]:
    return [
        Route("/livez", health.live),
        Route("/readyz", health.ready),
        Route("/healthz", health.health),
        *api_routes(OPERATIONS),
        *documentation_routes(openapi_document(OPERATIONS)),
        Route("/login", login.start_login),
        Route(login.CALLBACK_PATH, login.finish_login),
        Route("/logout", login.log_out, methods=["POST"]),
        Route("/", guild_pages.landing),
        Route("/guilds", guild_pages.guild_list),
        Route("/account", account_pages.account_page),
        Route("/manifest.webmanifest", installable.manifest),
        Route("/sw.js", installable.service_worker),
        Route("/offline", installable.offline_page),
        Route("/platform", platform_pages.platform_page),
        Route("/design", design_pages.design_page),
        Route(_PAGE, overview_pages.overview),
        Route(f"{_PAGE}/live", guild_pages.live_page),
        Route(f"{_PAGE}/commands", command_pages.command_centre),
        Route(f"{_PAGE}/commands/history", command_pages.command_history),
        Route(f"{_PAGE}/commands/{{command_id}}", command_pages.command_timeline),
        Route(f"{_PAGE}/approvals", approval_pages.approval_list),
        Route(f"{_PAGE}/members", member_pages.member_list),
        Route(f"{_PAGE}/members/{{person_id}}", member_pages.member_record),
        Route(f"{_PAGE}/analytics", analytics_pages.analytics_page),
        Route(f"{_PAGE}/audit", audit_pages.audit_list),
        Route(f"{_PAGE}/audit/{{entry_id}}", audit_pages.audit_entry),
        Route(f"{_PAGE}/dead-letters", dead_letter_pages.dead_letter_list),
        Route(f"{_PAGE}/dead-letters/{{dead_letter_id}}", dead_letter_pages.dead_letter_detail),
        Route(f"{_PAGE}/settings", settings_pages.settings_page),
        Route("/guilds/{rest:path}", _without_slash),
        Mount("/static/{version}", VersionedFiles(directory=STATIC_DIRECTORY), name="static"),
    ]


async def _without_slash(request: Request) -> Response:
    """`/guilds/1/` is `/guilds/1`. Starlette's own redirect is an absolute address made from the Host header."""
    path = request.scope["path"]
    if not path.endswith("/"):
        raise HTTPException(404)
    return RedirectResponse(path.rstrip("/"), 307)
