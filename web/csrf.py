"""Whether a request that changes something came from our own pages: decided from its headers and a token."""

from __future__ import annotations

import hashlib
import hmac
import secrets

__all__ = ["csrf_token", "is_same_origin", "is_token_of"]


def csrf_token(session_id: str, secret: bytes) -> str:
    """A token of the session, in hexadecimal: who cannot read our pages cannot know it.

    Each is masked anew, because pages are compressed: what never looks the same twice cannot be guessed from a
    response's length (BREACH).
    """
    known = _known(session_id, secret)
    mask = secrets.token_bytes(len(known))
    return (mask + _xor(mask, known)).hex()


def is_token_of(token: str | None, session_id: str, secret: bytes) -> bool:
    try:
        sent = bytes.fromhex(token or "")
    except ValueError:
        return False
    known = _known(session_id, secret)
    mask, masked = sent[: len(known)], sent[len(known) :]
    return len(masked) == len(known) and hmac.compare_digest(_xor(mask, masked), known)


def _known(session_id: str, secret: bytes) -> bytes:
    return hmac.new(secret, b"csrf:" + session_id.encode(), hashlib.sha256).digest()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))


def is_same_origin(*, fetch_site: str | None, origin: str | None, ours: str) -> bool:
    """What the browser says of where the request came from; neither header is under a page's control.

    A browser that sends neither is refused: every one since 2020 sends `Origin` with a POST.
    """
    if origin is not None and origin != ours:
        return False
    if fetch_site is not None:
        return fetch_site == "same-origin"
    return origin is not None
