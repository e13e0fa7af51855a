"""`/api/v1/sessions`: where a person is logged in, and how to end that."""

from __future__ import annotations

from typing import Any

from loguru import logger
from starlette.requests import Request
from starlette.responses import Response

from models import sessions
from web.account import require_person
from web.api.answers import json_response
from web.login.cookies import forget_cookie
from web.parts import parts_of
from web.problems import Problem

__all__ = ["end_all_sessions", "end_session", "list_sessions", "session_view"]


async def list_sessions(request: Request) -> Response:
    """Newest first; `current` is the one that asks."""
    session = await require_person(request, "account.read")
    current = sessions.hash_of(session.id)
    found = await parts_of(request).sessions.of_person(session.user_id)
    return json_response({"items": [session_view(one, current) for one in found]})


async def end_session(request: Request) -> Response:
    """204; its open streams end as well. Ending the current one is a logout."""
    session = await require_person(request, "account.write")
    parts, wanted = parts_of(request), request.path_params["session_id"]
    found = next((one for one in await parts.sessions.of_person(session.user_id) if one.public_id == wanted), None)
    if found is None or not await parts.sessions.end(found):
        raise Problem("session_not_found")
    _close_streams(request, found)
    logger.info("user {} ended a session", session.user_id)
    return _ended(request, forget=found.id_hash == sessions.hash_of(session.id))


async def end_all_sessions(request: Request) -> Response:
    """204: signed out everywhere, here too, and Discord's tokens are given back."""
    session = await require_person(request, "account.write")
    parts = parts_of(request)
    found = await parts.sessions.of_person(session.user_id)
    await parts.sessions.end_all(session.user_id)
    for one in found:
        _close_streams(request, one)
    parts.own_guilds.forget(session)
    if session.tokens is not None:
        await parts.login.revoke(session.tokens)
    logger.info("user {} ended all of {} sessions", session.user_id, len(found))
    return _ended(request, forget=True)


def session_view(session: sessions.Session, current: bytes) -> dict[str, Any]:
    """`id` names the session and opens nothing. `user_agent` and `address` are as of the login."""
    return {
        "id": session.public_id,
        "current": session.id_hash == current,
        "created_at": session.created_at,
        "last_seen_at": session.last_seen_at,
        "expires_at": session.expires_at,
        "user_agent": session.user_agent,
        "address": session.address,
    }


def _close_streams(request: Request, ended: sessions.Session) -> None:
    """Now; other processes learn it at their next check."""
    for subscription in parts_of(request).hub:
        if subscription.session_id is not None and sessions.hash_of(subscription.session_id) == ended.id_hash:
            subscription.close("logged_out")


def _ended(request: Request, *, forget: bool) -> Response:
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    settings = parts_of(request).settings
    if forget:
        forget_cookie(response, settings.session_cookie, https=settings.https)
    return response
