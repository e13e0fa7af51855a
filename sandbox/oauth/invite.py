"""The page on which the bot is added to a guild: `scope=bot`, which leads nowhere back.

https://discord.com/developers/docs/topics/oauth2#bot-authorization-flow
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sandbox import payloads
from sandbox.gateway.ready import announce
from sandbox.pages.render import page
from sandbox.settings import PREFIX
from sandbox.state import Guild
from sandbox.world import World

__all__ = ["invite", "is_invite"]

_PLAIN_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+")


def is_invite(asked: Mapping[str, str]) -> bool:
    """With an address to go back to it is a login, which asks for other scopes here."""
    return "redirect_uri" not in asked and "bot" in asked.get("scope", "").split()


async def invite(world: World, request: Request) -> Response:
    """Without `sandbox_add` the page; with it (a guild's id) the bot joins, and the page says where to go on.

    A link and no form, as the login's: this opens nothing but the stand-in.
    """
    asked = request.query_params
    if asked.get("client_id") != str(world.settings.application_id):
        reason = "The client_id is not that of the sandbox's application."
        return HTMLResponse(page("refused.html", reason=reason), 400)
    wanted = asked.get("sandbox_add") or asked.get("guild_id")
    guilds = [guild for guild in world.state.guilds.values() if wanted in (None, str(guild.id))]
    if not guilds:
        return HTMLResponse(page("refused.html", reason="There is no such guild in the sandbox."), 400)
    added = guilds[0] if asked.get("sandbox_add") else None
    if added is not None:
        _join(world, added)
    back = _back(request)
    rows = [_row(world, guild, {**asked, "sandbox_back": back}) for guild in guilds]
    name = world.settings.application_name
    return HTMLResponse(page("invite.html", guilds=rows, added=added, back=back, application=name))


def _back(request: Request) -> str:
    """The path of the page that led here, where a dashboard shares this address; empty where it is elsewhere."""
    came_from = urlsplit(request.headers.get("referer", ""))
    same_site = came_from.netloc == request.headers.get("host")
    path = request.query_params.get("sandbox_back") or (came_from.path if same_site else "")
    return path if _PLAIN_PATH.fullmatch(path) else ""


def _join(world: World, guild: Guild) -> None:
    """As `rejoined` of the control page. A guild where the bot is already stays as it is."""
    if not guild.bot_removed:
        return
    guild.bot_removed = False
    if not guild.unavailable:
        announce(world, guild)
    world.touch()
    world.feed.publish("availability", {"guild_id": str(guild.id), "state": "rejoined"})


def _row(world: World, guild: Guild, asked: Mapping[str, str]) -> dict[str, object]:
    query = urlencode({**asked, "sandbox_add": str(guild.id)})
    return {
        "name": guild.name,
        "icon": f"{PREFIX}/cdn/icons/{guild.id}/{payloads.avatar_hash(guild.id)}.svg",
        "here": not guild.bot_removed,
        "link": f"{PREFIX}/oauth2/authorize?{query}",
    }
