"""The start page, the list of servers, and a server's live page."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.permissions import Permission
from web.api.catalogue import CommandKind, spec_view
from web.authentication import session_of
from web.authorization import refusal_of_command
from web.config import Settings
from web.pages.session import admit_page, page_context, page_principal
from web.parts import Parts, parts_of
from web.standing import Admitted
from web.visible_guilds import invitable_guilds, own_guilds, visible_guilds

__all__ = ["BOT_PERMISSIONS", "guild_list", "invite_url", "landing", "live_page", "permitted_commands"]

BOT_PERMISSIONS = (
    Permission.KICK_MEMBERS
    | Permission.BAN_MEMBERS
    | Permission.MANAGE_CHANNELS
    | Permission.VIEW_AUDIT_LOG
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.MANAGE_MESSAGES
    | Permission.MANAGE_ROLES
    | Permission.MODERATE_MEMBERS
)


async def landing(request: Request) -> Response:
    if await session_of(request) is not None:
        return RedirectResponse("/guilds", 303, headers={"Cache-Control": "no-store"})
    return parts_of(request).pages.render(request, "landing.html", {})


async def guild_list(request: Request) -> Response:
    principal = await page_principal(request)
    parts = parts_of(request)
    guilds = await visible_guilds(parts, principal)
    own = await own_guilds(parts, principal)
    context = {
        "guilds": guilds,
        "invitable": invitable_guilds(own, guilds),
        "invite_url": invite_url(parts.settings),
        "own": own,
    }
    return parts.pages.render(request, "guilds.html", context)


async def live_page(request: Request) -> Response:
    admitted = await admit_page(request, "events.read")
    parts = parts_of(request)
    context = page_context(admitted, section="live")
    return parts.pages.render(
        request,
        "live.html",
        {
            **context,
            "commands": permitted_commands(parts, admitted),
            "command_types": [(type_, type_) for type_ in sorted(parts.catalogue.by_type)],
        },
    )


def permitted_commands(parts: Parts, admitted: Admitted) -> list[CommandKind]:
    """The commands that this person may issue here; the API asks again for each."""
    return [
        spec_view(spec)
        for spec in parts.catalogue.by_type.values()
        if refusal_of_command(spec, admitted.principal, admitted.standing) is None
    ]


def invite_url(settings: Settings) -> str:
    """Discord's page to add the bot to a server; the server's id is added to it."""
    query = {
        "client_id": settings.discord_application_id,
        "scope": "bot applications.commands",
        "permissions": int(BOT_PERMISSIONS),
    }
    return f"{settings.authorize_url}?{urlencode(query)}"
