"""`/login`, the way back from Discord, and `/logout`."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode, urlsplit

from loguru import logger
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import login_states
from web.authentication import address_of, session_of
from web.login.cookies import forget_cookie, set_cookie
from web.login.redirects import safe_target
from web.parts import parts_of
from web.problems import Problem

__all__ = ["CALLBACK_PATH", "finish_login", "log_out", "start_login"]

CALLBACK_PATH = "/login/callback"
_SENT_HERE = "at_public_address"


async def start_login(request: Request) -> Response:
    """`next` is the page to come back to."""
    parts = parts_of(request)
    target = safe_target(request.query_params.get("next"))
    if _is_elsewhere(request, parts.settings.public_url):
        query = urlencode({"next": target, _SENT_HERE: "1"})
        return RedirectResponse(
            f"{parts.settings.public_url}/login?{query}", 303, headers={"Cache-Control": "no-store"}
        )
    await parts.throttle.login(request.scope)
    await login_states.expire(parts.database)
    state, browser, code_verifier = (secrets.token_urlsafe(48) for _ in range(3))
    await login_states.begin(
        parts.database,
        state=_bound(state, browser),
        code_verifier=code_verifier,
        redirect_to=target,
        lifetime_seconds=parts.settings.login_seconds,
    )
    response = RedirectResponse(parts.login.authorize_url(state=state, code_verifier=code_verifier), 303)
    response.headers["Cache-Control"] = "no-store"
    set_cookie(
        response,
        parts.settings.login_cookie,
        browser,
        max_age_seconds=int(parts.settings.login_seconds),
        https=parts.settings.https,
    )
    return response


async def finish_login(request: Request) -> Response:
    """Discord sends the browser here with a code, or with the reason why there is none."""
    parts, asked = parts_of(request), request.query_params
    browser = request.cookies.get(parts.settings.login_cookie, "")
    await parts.throttle.login(request.scope)
    begun = await login_states.finish(parts.database, _bound(asked.get("state", ""), browser))
    if begun is None:
        raise Problem("login_failed", "The login was begun elsewhere, used already, or too long ago. Log in again.")
    if "error" in asked or not asked.get("code"):
        raise Problem("login_failed", "Discord did not let you in, or you declined. Log in again if you want to.")
    tokens = await parts.login.exchange(code=asked["code"], code_verifier=begun.code_verifier)
    profile = await parts.login.profile(tokens)
    before = request.cookies.get(parts.settings.session_cookie)
    session_id = await parts.sessions.create(
        profile,
        tokens,
        user_agent=request.headers.get("user-agent", ""),
        address=address_of(request),
        replaces=before,
    )
    if before:
        parts.hub.close_session(before)
    logger.info("user {} logged in", profile.id)
    response = RedirectResponse(safe_target(begun.redirect_to), 303, headers={"Cache-Control": "no-store"})
    forget_cookie(response, parts.settings.login_cookie, https=parts.settings.https)
    set_cookie(
        response,
        parts.settings.session_cookie,
        session_id,
        max_age_seconds=int(parts.settings.session_seconds),
        https=parts.settings.https,
    )
    return response


async def log_out(request: Request) -> Response:
    """Revokes the session here and the tokens at Discord. Open streams end now, elsewhere at the next check."""
    parts = parts_of(request)
    session = await session_of(request)
    if session is not None:
        await parts.sessions.revoke(session, address=address_of(request))
        parts.hub.close_session(session.id)
        parts.own_guilds.forget(session)
        if session.tokens is not None:
            await parts.login.revoke(session.tokens)
    response = RedirectResponse("/", 303, headers={"Cache-Control": "no-store", "Clear-Site-Data": '"cache"'})
    forget_cookie(response, parts.settings.session_cookie, https=parts.settings.https)
    return response


def _is_elsewhere(request: Request, public_url: str) -> bool:
    """Whether the browser uses another name of this machine: Discord leads back to the public one, without the cookie.

    The only use of the Host header. Sent once only: a proxy may replace the header, and would send it round for ever.
    """
    if _SENT_HERE in request.query_params:
        return False
    try:
        asked = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return True
    return asked != urlsplit(public_url).hostname


def _bound(state: str, browser: str) -> str:
    """`state` goes through Discord, `browser` into a cookie; only both together are worth anything."""
    return f"{state}.{browser}"
