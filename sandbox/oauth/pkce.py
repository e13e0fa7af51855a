"""Proof Key for Code Exchange, RFC 7636."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

__all__ = ["challenge_of", "is_verifier", "verifies"]

_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


def is_verifier(text: str) -> bool:
    return _VERIFIER.fullmatch(text) is not None


def challenge_of(verifier: str) -> str:
    """BASE64URL(SHA256(verifier)) without padding."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def verifies(verifier: str | None, challenge: str | None) -> bool:
    """A code made without a challenge needs no verifier, and takes none."""
    if challenge is None:
        return verifier is None
    return verifier is not None and is_verifier(verifier) and hmac.compare_digest(challenge_of(verifier), challenge)
