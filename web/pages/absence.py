"""A server that its people still have and the bot is no longer in: what is wrong, and the way to mend it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.login.sessions import Session
from web.pages.guilds import invite_url
from web.pages.troubles import trouble_of_absence
from web.parts import parts_of
from web.problems import Problem
from web.standing import guild_id_of
from web.visible_guilds import may_invite

__all__ = ["page_of_absence"]


async def page_of_absence(request: Request, session: Session) -> Response | None:
    """Only for who has the server in their own list, as Discord tells it; None for anybody else."""
    try:
        guild_id = guild_id_of(request)
    except (Problem, KeyError):
        return None
    parts = parts_of(request)
    own = await parts.own_guilds.of(session)
    guild = next((one for one in own or () if one.id == guild_id), None)
    if guild is None:
        return None
    invite = f"{invite_url(parts.settings)}&guild_id={guild_id}" if may_invite(guild) else ""
    context = {"name": guild.name, "troubles": [trouble_of_absence(guild.name, invite)]}
    return parts.pages.render(request, "absent.html", context, status=404)
