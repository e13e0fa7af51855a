"""The two cookies: a session, and a login under way."""

from __future__ import annotations

from starlette.responses import Response

__all__ = ["forget_cookie", "set_cookie"]


def set_cookie(response: Response, name: str, value: str, *, max_age_seconds: int, https: bool) -> None:
    """Not for scripts, not for other sites' forms; with `__Host-` names, not for subdomains or plain HTTP either."""
    response.set_cookie(name, value, max_age=max_age_seconds, path="/", secure=https, httponly=True, samesite="lax")


def forget_cookie(response: Response, name: str, *, https: bool) -> None:
    response.delete_cookie(name, path="/", secure=https, httponly=True, samesite="lax")
