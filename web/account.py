"""What somebody may do about their own account: with a session only."""

from __future__ import annotations

from starlette.requests import Request

from web.authentication import require_principal, session_of
from web.authorization import Action, platform_standing, refusal_of
from web.login.sessions import Session
from web.problems import Problem

__all__ = ["require_person"]


async def require_person(request: Request, action: Action) -> Session:
    """The session of who asks. Raises Problem `not_authenticated` or `not_permitted`."""
    principal = await require_principal(request)
    refusal = refusal_of(action, principal, platform_standing(principal))
    session = await session_of(request)
    if refusal is not None or session is None:
        raise Problem("not_permitted", "" if refusal is None else refusal.detail)
    return session
