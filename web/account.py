"""What somebody may do about their own account: with a session only."""

from __future__ import annotations

from starlette.requests import Request

from web.authentication import session_of
from web.login.sessions import Session
from web.problems import Problem

__all__ = ["own_session"]


async def own_session(request: Request) -> Session:
    """The session of who asks. Raises Problem `not_authenticated` where it ended meanwhile."""
    session = await session_of(request)
    if session is None:
        raise Problem("not_authenticated")
    return session
