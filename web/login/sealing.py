"""Secrets at rest (Discord's tokens, webhooks' keys): encrypted with a key that the database does not hold."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import msgspec
from cryptography.fernet import Fernet, InvalidToken

__all__ = ["Sealer"]


class Sealer:
    """Encrypts and authenticates small JSON values with a key made from the session secret, one for each purpose."""

    def __init__(self, secret: bytes, purpose: bytes = b"oauth") -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(purpose + b":" + secret).digest()))

    def seal(self, value: dict[str, Any]) -> str:
        return self._fernet.encrypt(msgspec.json.encode(value)).decode()

    def open(self, sealed: str) -> dict[str, Any] | None:
        """The value, or None where it was sealed under another secret: the person logs in again."""
        try:
            value: dict[str, Any] = msgspec.json.decode(self._fernet.decrypt(sealed.encode()))
        except (InvalidToken, ValueError):
            return None
        return value
