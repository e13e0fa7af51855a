"""Icons and avatars, drawn from the id: initials on a colour. Stands in for cdn.discordapp.com."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import Response

from sandbox.world import World

__all__ = ["avatar", "icon"]

_HEADERS = {"Cache-Control": "public, max-age=86400"}


def _svg(letters: str, hue: int, corner: int) -> Response:
    body = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">'
        f'<rect width="64" height="64" rx="{corner}" fill="hsl({hue} 45% 42%)"/>'
        f'<circle cx="52" cy="8" r="26" fill="hsl({(hue + 40) % 360} 55% 52%)" opacity=".45"/>'
        '<text x="32" y="33" font-family="system-ui,sans-serif" font-size="25" font-weight="600" fill="#fff" '
        f'text-anchor="middle" dominant-baseline="central">{escape(letters)}</text></svg>'
    )
    return Response(body, media_type="image/svg+xml", headers=_HEADERS)


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.replace(".", " ").split()[:2]).upper()


async def icon(world: World, request: Request) -> Response:
    text = request.path_params["guild_id"]
    guild = world.state.guilds.get(int(text)) if text.isdigit() else None
    return _svg(_initials(guild.name), guild.hue, 18) if guild else Response(status_code=404)


async def avatar(world: World, request: Request) -> Response:
    text = request.path_params["user_id"]
    user = world.state.users.get(int(text)) if text.isdigit() else None
    if user is None:
        return Response(status_code=404)
    return _svg(_initials(user.global_name or user.username), user.id * 47 % 360, 32)
