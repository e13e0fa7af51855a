"""`/api/v1/sessions`: where a person is logged in, and how to end that."""

from __future__ import annotations

from datetime import datetime

import msgspec
from loguru import logger
from starlette.responses import Response

from models import sessions
from models.paging import page_of
from web.account import own_session
from web.api.answers import listing
from web.api.lists import Paging
from web.api.operation import Call, Nothing
from web.authentication import address_of
from web.login.cookies import forget_cookie
from web.parts import Parts
from web.problems import Problem

__all__ = ["OwnSession", "end_all_sessions", "end_session", "list_sessions"]


class OwnSession(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody is logged in. `id` names the session and opens nothing; `current` is the one that asks.

    `user_agent` and `address` are as of the login.
    """

    id: str
    current: bool
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str
    address: str


async def list_sessions(call: Call[Paging, None]) -> Response:
    """Newest first."""
    session, query = await own_session(call.request), call.query
    found = await call.parts.sessions.of_person(session.user_id)
    page = page_of(found, _newest_first, cursor=query.cursor, limit=query.limit)
    current = sessions.hash_of(session.id)
    return listing(page, [_view(one, current) for one in page.items])


async def end_session(call: Call[Nothing, None]) -> Response:
    """204; its open streams end as well. Ending the current one is a logout."""
    session = await own_session(call.request)
    parts, wanted = call.parts, call.ids["session_id"]
    found = next((one for one in await parts.sessions.of_person(session.user_id) if one.public_id == wanted), None)
    if found is None or not await parts.sessions.end(found, by=session, address=address_of(call.request)):
        raise Problem("session_not_found")
    _close_streams(parts, found)
    logger.info("user {} ended a session", session.user_id)
    return _ended(parts, forget=found.id_hash == sessions.hash_of(session.id))


async def end_all_sessions(call: Call[Nothing, None]) -> Response:
    """204: signed out everywhere, here too, and Discord's tokens are given back."""
    session, parts = await own_session(call.request), call.parts
    found = await parts.sessions.of_person(session.user_id)
    await parts.sessions.end_all(session, address=address_of(call.request))
    for one in found:
        _close_streams(parts, one)
    parts.own_guilds.forget(session)
    if session.tokens is not None:
        await parts.login.revoke(session.tokens)
    logger.info("user {} ended all of {} sessions", session.user_id, len(found))
    return _ended(parts, forget=True)


def _view(session: sessions.Session, current: bytes) -> OwnSession:
    return OwnSession(
        id=session.public_id,
        current=session.id_hash == current,
        created_at=session.created_at,
        last_seen_at=session.last_seen_at,
        expires_at=session.expires_at,
        user_agent=session.user_agent,
        address=session.address,
    )


def _newest_first(session: sessions.Session) -> tuple[int, str]:
    return -int(session.created_at.timestamp() * 1_000_000), session.public_id


def _close_streams(parts: Parts, ended: sessions.Session) -> None:
    """Now; other processes learn it at their next check."""
    for subscription in parts.hub:
        if subscription.session_id is not None and sessions.hash_of(subscription.session_id) == ended.id_hash:
            subscription.close("logged_out")


def _ended(parts: Parts, *, forget: bool) -> Response:
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    settings = parts.settings
    if forget:
        forget_cookie(response, settings.session_cookie, https=settings.https)
    return response
