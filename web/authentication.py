"""From a request to its principal: a bearer key, or a session's cookie. Never both."""

from __future__ import annotations

from collections.abc import Container

from starlette.requests import HTTPConnection, Request

from models import api_keys
from models.key_records import ApiKey
from web.login.sessions import Session
from web.parts import Parts, parts_of
from web.principal import Principal
from web.problems import Problem

__all__ = ["address_of", "principal_of", "principal_of_key", "require_principal", "session_of", "session_principal"]


def address_of(request: Request) -> str:
    """Where the request came from; behind a trusted proxy, what that says."""
    return request.client.host if request.client else ""


async def require_principal(request: Request) -> Principal:
    """Raises Problem `not_authenticated` where there is none."""
    principal = await principal_of(request)
    if principal is None:
        raise Problem("not_authenticated", "Send Authorization: Bearer <key>, or log in to the dashboard.")
    return principal


async def principal_of(request: Request) -> Principal | None:
    """A request that carries a key is judged by the key alone: its cookies passed no CSRF check.

    Raises Problem `rate_limited`.
    """
    parts = parts_of(request)
    authorization = request.headers.get("authorization")
    if authorization is not None:
        principal = await _bearer(parts, authorization)
        if principal is None:
            await parts.throttle.wrong_key(request.scope)
    else:
        session = await session_of(request)
        principal = None if session is None else session_principal(session, parts.settings.operators)
    if principal is not None:
        request.state.principal = principal.key
        await parts.throttle.principal(request.scope, principal)
    return principal


async def session_of(request: HTTPConnection) -> Session | None:
    """The valid session of the request's cookie."""
    parts: Parts = request.app.state.parts
    session_id = request.cookies.get(parts.settings.session_cookie)
    if not session_id or len(session_id) > 200:
        return None
    return await parts.sessions.find(session_id)


def session_principal(session: Session, operators: Container[int]) -> Principal:
    """`operators` are the Discord ids of the people who run the platform."""
    return Principal(
        "user",
        str(int(session.user_id)),
        session.display_name,
        session_id=session.id,
        operator=int(session.user_id) in operators,
    )


async def _bearer(parts: Parts, authorization: str) -> Principal | None:
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key or len(key) > 200:
        return None
    found = await api_keys.authenticate(parts.database, key.strip())
    return None if found is None else principal_of_key(found)


def principal_of_key(key: ApiKey) -> Principal:
    return Principal(
        "script" if key.kind == "script" else "api_key",
        str(key.id),
        key.name,
        scopes=frozenset(key.scopes),
        guild_ids=None if key.guild_ids is None else frozenset(int(guild) for guild in key.guild_ids),
        owner_id=key.owner_id,
    )
