"""Exceptions become answers here: problem+json for the API, a page for people."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from loguru import logger
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from bus.errors import BusError, InvalidMessage
from models.errors import DatabaseUnavailable, KeyReused, NameTaken, StaleVersion, TooMany
from models.sqlstate import is_out_of_room
from web.authentication import session_of
from web.middleware.request_id import request_id_of
from web.pages.absence import page_of_absence
from web.pages.session import remember_session
from web.parts import parts_of
from web.problems import Problem, problem_response

__all__ = ["EXCEPTION_HANDLERS", "on_crash"]

_SESSION_SECONDS = 1.0
_CLIENT_GONE = 499  # nginx's, for the access log alone
_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


async def on_problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        return await on_crash(request, error)
    return await _answer(request, error)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Starlette's own: no route, another method, a body too large."""
    if not isinstance(error, HTTPException):
        return await on_crash(request, error)
    code = _BY_STATUS.get(error.status_code, "malformed_request" if error.status_code < 500 else "internal_error")
    return await _answer(request, Problem(code, headers=error.headers))


async def on_unavailable(request: Request, error: Exception) -> Response:
    """What is down, but not where it lives: that is for the log and for /readyz."""
    logger.warning("not available: {}", error)
    what = "The database" if isinstance(error, DatabaseUnavailable) else "The message broker"
    why = "has no room left on its disk" if is_out_of_room(error) else "cannot be reached"
    return await _answer(request, Problem("unavailable", f"{what} {why}.", headers={"Retry-After": "5"}))


async def on_invalid(request: Request, error: Exception) -> Response:
    """What was asked for cannot be understood further down: a cursor that no list gave out."""
    return await _answer(request, Problem("request_invalid", str(error)))


async def on_conflict(request: Request, error: Exception) -> Response:
    """What is stored already stands against it."""
    if isinstance(error, KeyReused):
        return await _answer(request, Problem("idempotency_key_reused", str(error), id=str(error.command_id)))
    if isinstance(error, StaleVersion):
        headers = {"ETag": f'"{error.actual}"'}
        return await _answer(request, Problem("version_conflict", f"{error}.", headers=headers))
    return await _answer(request, Problem("name_taken" if isinstance(error, NameTaken) else "too_many", f"{error}."))


async def on_client_gone(request: Request, error: Exception) -> Response:
    """Who asked hung up before the request had come whole: nobody is told, and nothing of ours went wrong."""
    return Response(status_code=_CLIENT_GONE)


async def on_crash(request: Request, error: Exception) -> Response:
    """A mistake of ours: logged with its traceback, told without it. `web.middleware.crashes` calls it."""
    path = repr(request.scope["path"])[1:-1]
    logger.opt(exception=error).error("{} {} failed, request_id {}", request.method, path, request_id_of(request.scope))
    return await _answer(request, Problem("internal_error", "It is logged under the request_id of this answer."))


async def _answer(request: Request, problem: Problem) -> Response:
    request_id = str(request_id_of(request.scope))
    if not _wants_page(request):
        return problem_response(problem, instance=request.scope["path"], request_id=request_id)
    if problem.code == "not_authenticated":
        query = urlencode({"next": _asked_for(request)})
        return RedirectResponse(f"/login?{query}", 303, headers={"Cache-Control": "no-store"})
    await _find_session(request, problem)
    if problem.code == "guild_not_found" and (absent := await _absence(request)) is not None:
        return absent
    context: Mapping[str, Any] = {"problem": problem, "request_id": request_id}
    return parts_of(request).pages.render(
        request, "error.html", context, status=problem.status, headers=dict(problem.headers)
    )


async def _find_session(request: Request, problem: Problem) -> None:
    """For the page's frame, where nothing asked yet who it is. A page that tells of trouble makes none."""
    if problem.status >= 500 or hasattr(request.state, "session") or "authorization" in request.headers:
        return
    try:
        async with asyncio.timeout(_SESSION_SECONDS):
            session = await session_of(request)
    except Exception as error:  # the page is shown all the same, whatever could not be asked
        logger.debug("an error page without a name: {}: {}", type(error).__name__, error)
        return
    if session is not None:
        remember_session(request, session)


async def _absence(request: Request) -> Response | None:
    """Asks Discord, so no longer than a session is looked for."""
    session = getattr(request.state, "session", None)
    if session is None:
        return None
    try:
        async with asyncio.timeout(_SESSION_SECONDS):
            return await page_of_absence(request, session)
    except Exception as error:  # then the plain page is shown
        logger.debug("whether the bot is missing is not known: {}: {}", type(error).__name__, error)
        return None


def _asked_for(request: Request) -> str:
    """Path and query. Never from `request.url`, which is put together with the Host header."""
    query = request.scope["query_string"].decode("latin-1")
    return quote(request.scope["path"]) + (f"?{query}" if query else "")


def _wants_page(request: Request) -> bool:
    if request.scope["path"].startswith(("/api/", "/static/", "/livez", "/readyz", "/healthz")):
        return False
    return "text/html" in request.headers.get("accept", "")


EXCEPTION_HANDLERS: Mapping[Any, Any] = {
    Problem: on_problem,
    HTTPException: on_http_exception,
    InvalidMessage: on_invalid,
    KeyReused: on_conflict,
    NameTaken: on_conflict,
    StaleVersion: on_conflict,
    TooMany: on_conflict,
    BusError: on_unavailable,
    DatabaseUnavailable: on_unavailable,
    ClientDisconnect: on_client_gone,
}
