"""The page on which one logs in, and where it sends the browser afterwards.

Everything is a plain link: a strict `form-action` of the page that leads here can't stand in the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox import payloads
from sandbox.oauth.invite import invite, is_invite
from sandbox.pages.render import page
from sandbox.permissions import base
from sandbox.rights import rights_in_words
from sandbox.settings import PREFIX
from sandbox.world import World

__all__ = ["authorize", "redirect_allowed"]

_SCOPES = frozenset({"identify", "guilds", "email", "guilds.members.read"})


def redirect_allowed(uri: str, registered: tuple[str, ...], own_host: str) -> bool:
    """Exactly a registered address; with none registered, any http(s) address on the host that serves this page."""
    if registered:
        return uri in registered
    parts = urlsplit(uri)
    return parts.scheme in ("http", "https") and parts.hostname == own_host and not parts.fragment


def _with_query(uri: str, extra: dict[str, str]) -> str:
    parts = urlsplit(uri)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *extra.items()])
    return urlunsplit(parts._replace(query=query))


def _refusal(world: World, asked: Mapping[str, str], own_host: str) -> str | None:
    """Why the request can't even be answered with a redirect."""
    if asked.get("client_id") != str(world.settings.application_id):
        return "The client_id is not that of the sandbox's application."
    if not redirect_allowed(asked.get("redirect_uri", ""), world.settings.redirect_uris, own_host):
        return "The redirect_uri is not registered."
    return None


def _error(asked: Mapping[str, str], scopes: tuple[str, ...]) -> tuple[str, str] | None:
    """RFC 6749's error code and words for the client."""
    if asked.get("response_type") != "code":
        return "unsupported_response_type", "Only the authorization code grant exists here."
    if not scopes or not set(scopes) <= _SCOPES:
        return "invalid_scope", "The requested scope is invalid, unknown, or malformed."
    if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
        return "invalid_request", "code_challenge_method must be S256."
    return None


async def authorize(world: World, request: Request) -> Response:
    """Without `sandbox_user` the page; with it (an id) a redirect with code and state, `deny` for a refusal.

    `scope=bot` alone is another page: the bot is added to a guild.
    """
    asked = request.query_params
    if is_invite(asked):
        return await invite(world, request)
    refusal = _refusal(world, asked, request.url.hostname or "")
    if refusal is not None:
        return HTMLResponse(page("refused.html", reason=refusal), 400)
    scopes = tuple(dict.fromkeys(asked.get("scope", "").split()))
    back = {"state": asked["state"]} if "state" in asked else {}
    error = _error(asked, scopes)
    chosen = asked.get("sandbox_user")
    if error is None and chosen == "deny":
        error = ("access_denied", "The resource owner or authorization server denied the request")
    if error is not None:
        words = {"error": error[0], "error_description": error[1]}
        return RedirectResponse(_with_query(asked["redirect_uri"], words | back), 302)
    user = world.state.users.get(int(chosen)) if chosen and chosen.isdigit() else None
    if user is None or user.bot:
        return HTMLResponse(page("authorize.html", **_view(world, asked, scopes)))
    code = world.grants.issue_code(
        user_id=user.id, scopes=scopes, redirect_uri=asked["redirect_uri"], challenge=asked.get("code_challenge")
    )
    return RedirectResponse(_with_query(asked["redirect_uri"], {"code": code} | back), 302)


def _view(world: World, asked: Mapping[str, str], scopes: tuple[str, ...]) -> dict[str, Any]:
    def link(user: str) -> str:
        query = {key: value for key, value in asked.items() if key != "sandbox_user"}
        return f"{PREFIX}/oauth2/authorize?" + urlencode({**query, "sandbox_user": user})

    people = []
    now = world.now()
    for user in world.state.users.values():
        if not user.person:
            continue
        rows = []
        for guild in world.state.guilds.values():
            member = guild.members.get(user.id)
            words = rights_in_words(base(guild, member, now), guild.owner_id == user.id) if member else []
            rows.append({"guild": guild.name, "icon": _icon(guild.id), "member": member is not None, "rights": words})
        people.append(
            {
                "name": user.global_name, "username": user.username, "who": user.person, "guilds": rows,
                "link": link(str(user.id)), "avatar": f"{PREFIX}/cdn/avatars/{user.id}/x.svg",
            }
        )  # fmt: skip
    host = urlsplit(asked["redirect_uri"]).netloc
    return {
        "people": people, "application": world.settings.application_name, "scopes": scopes, "host": host,
        "deny": link("deny"),
    }  # fmt: skip


def _icon(guild_id: int) -> str:
    return f"{PREFIX}/cdn/icons/{guild_id}/{payloads.avatar_hash(guild_id)}.svg"
