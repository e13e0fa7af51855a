"""What every page asks first: who is it, and may they look."""

from __future__ import annotations

from starlette.requests import Request

from web.authentication import session_of, session_principal
from web.authorization import Action
from web.login.sessions import Session
from web.pages.navigation import groups_for
from web.parts import parts_of
from web.principal import Principal
from web.problems import Problem
from web.standing import Admitted, admit

__all__ = ["admit_page", "page_context", "page_principal", "remember_session"]


async def page_principal(request: Request) -> Principal:
    """Raises Problem `not_authenticated`, which sends a browser to the login and back, or `rate_limited`."""
    session = await session_of(request)
    if session is None:
        raise Problem("not_authenticated")
    remember_session(request, session)
    parts = parts_of(request)
    principal = session_principal(session, parts.settings.operators)
    await parts.throttle.principal(request.scope, principal)
    return principal


def remember_session(request: Request, session: Session) -> None:
    """For the frame of the page (name, picture, token) and for the access log."""
    request.state.session = session
    request.state.principal = f"user:{session.user_id}"


async def admit_page(request: Request, action: Action) -> Admitted:
    return await admit(request, await page_principal(request), action)


def page_context(admitted: Admitted, *, section: str, heading: str = "", title: str = "") -> dict[str, object]:
    """What `guild_base.html` needs. A page without a name of its own has one in every language: `title` is its key in
    `words/`, the section's where nothing else is said."""
    return {
        "guild": admitted.guild,
        "level": admitted.standing.level,
        "section": section,
        "heading": heading,
        "title": title or f"nav.{section}",
        "groups": groups_for(admitted.standing.level),
    }
