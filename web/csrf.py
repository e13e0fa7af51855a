"""Whether a request that changes something came from our own pages: decided from its headers and a token."""

from __future__ import annotations

import hashlib
import hmac

__all__ = ["csrf_token", "is_same_origin", "is_token_of"]


def csrf_token(session_id: str, secret: bytes) -> str:
    """The token of a session, in hexadecimal: who cannot read our pages cannot know it."""
    return hmac.new(secret, b"csrf:" + session_id.encode(), hashlib.sha256).hexdigest()


def is_token_of(token: str | None, session_id: str, secret: bytes) -> bool:
    return token is not None and hmac.compare_digest(token.encode(), csrf_token(session_id, secret).encode())


def is_same_origin(*, fetch_site: str | None, origin: str | None, ours: str) -> bool:
    """What the browser says of where the request came from; neither header is under a page's control.

    A browser that sends neither is refused: every one since 2020 sends `Origin` with a POST.
    """
    if origin is not None and origin != ours:
        return False
    if fetch_site is not None:
        return fetch_site == "same-origin"
    return origin is not None
