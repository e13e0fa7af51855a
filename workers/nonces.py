"""What Discord recognises a repeated message by."""

from __future__ import annotations

import base64
from uuid import UUID

__all__ = ["nonce_of"]


def nonce_of(command_id: UUID) -> str:
    """The command's id in the 25 characters that Discord allows a nonce (Discord's reference, "Create Message")."""
    return base64.urlsafe_b64encode(command_id.bytes).decode().rstrip("=")
