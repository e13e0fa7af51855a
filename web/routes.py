"""Every address of the web process, in one table."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from web.api import audit, catalogue, commands, dead_letters, events, guilds, health, keys, me, sessions, settings
from web.login import endpoints as login
from web.pages import audit as audit_pages
from web.pages import commands as command_pages
from web.pages import dead_letters as dead_letter_pages
from web.pages import guilds as guild_pages
from web.pages import settings as settings_pages
from web.pages.render import STATIC_DIRECTORY
from web.static_files import VersionedFiles

__all__ = ["routes"]

_GUILD = "/api/v1/guilds/{guild_id}"
_PAGE = "/guilds/{guild_id}"


def routes() -> list[BaseRoute]:
    return [
        Route("/livez", health.live),
        Route("/readyz", health.ready),
        Route("/healthz", health.health),
        Route("/api/v1/commands", catalogue.list_catalogue),
        Route("/api/v1/commands", commands.post_platform_command, methods=["POST"]),
        Route("/api/v1/commands/{command_id}", commands.get_platform_command),
        Route("/api/v1/guilds", guilds.list_guilds),
        Route(_GUILD, guilds.get_guild),
        Route(f"{_GUILD}/members", guilds.list_members),
        Route(f"{_GUILD}/people/{{person_id}}", guilds.get_person),
        Route(f"{_GUILD}/roles", guilds.list_roles),
        Route(f"{_GUILD}/channels", guilds.list_channels),
        Route(f"{_GUILD}/settings", settings.get_settings),
        Route(f"{_GUILD}/commands", commands.list_guild_commands),
        Route(f"{_GUILD}/commands", commands.post_command, methods=["POST"]),
        Route(f"{_GUILD}/commands/{{command_id}}", commands.get_command),
        Route(f"{_GUILD}/audit", audit.list_guild_audit),
        Route(f"{_GUILD}/events", events.stream_events),
        Route("/api/v1/dead-letters", dead_letters.list_all),
        Route("/api/v1/dead-letters/{dead_letter_id}", dead_letters.get_one),
        Route("/api/v1/dead-letters/{dead_letter_id}/replay", dead_letters.replay, methods=["POST"]),
        Route("/api/v1/dead-letters/{dead_letter_id}/discard", dead_letters.discard, methods=["POST"]),
        Route("/api/v1/me", me.get_me),
        Route("/api/v1/sessions", sessions.list_sessions),
        Route("/api/v1/sessions", sessions.end_all_sessions, methods=["DELETE"]),
        Route("/api/v1/sessions/{session_id}", sessions.end_session, methods=["DELETE"]),
        Route("/api/v1/keys", keys.list_keys),
        Route("/api/v1/keys", keys.create_key, methods=["POST"]),
        Route("/api/v1/keys/{key_id}", keys.revoke_key, methods=["DELETE"]),
        Route("/api/v1/keys/{key_id}/rotate", keys.rotate_key, methods=["POST"]),
        Route("/login", login.start_login),
        Route(login.CALLBACK_PATH, login.finish_login),
        Route("/logout", login.log_out, methods=["POST"]),
        Route("/", guild_pages.landing),
        Route("/guilds", guild_pages.guild_list),
        Route(_PAGE, guild_pages.live_page),
        Route(f"{_PAGE}/commands", command_pages.command_list),
        Route(f"{_PAGE}/commands/{{command_id}}", command_pages.command_timeline),
        Route(f"{_PAGE}/audit", audit_pages.audit_list),
        Route(f"{_PAGE}/dead-letters", dead_letter_pages.dead_letter_list),
        Route(f"{_PAGE}/dead-letters/{{dead_letter_id}}", dead_letter_pages.dead_letter_detail),
        Route(f"{_PAGE}/settings", settings_pages.settings_page),
        Route("/guilds/{rest:path}", _without_slash),
        Mount("/static", VersionedFiles(directory=STATIC_DIRECTORY), name="static"),
    ]


async def _without_slash(request: Request) -> Response:
    """`/guilds/1/` is `/guilds/1`. Starlette's own redirect is an absolute address made from the Host header."""
    path = request.scope["path"]
    if not path.endswith("/"):
        raise HTTPException(404)
    return RedirectResponse(path.rstrip("/"), 307)
