"""Commands that only look."""

from __future__ import annotations

from typing import ClassVar

from models.permissions import Permission
from models.spec import CommandSpec, Effect

__all__ = ["Ping", "ServerInfo"]


class Ping(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """See whether the platform answers, and how fast."""

    type: ClassVar = "utility.ping"
    slash: ClassVar = "ping"
    place: ClassVar = "either"
    effect: ClassVar = Effect.PURE
    permission: ClassVar = Permission.NONE
    audience: ClassVar = "viewer"


class ServerInfo(CommandSpec, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Show this server's owner, members, roles and channels."""

    type: ClassVar = "server.info"
    slash: ClassVar = "server info"
    effect: ClassVar = Effect.PURE
    permission: ClassVar = Permission.NONE
    audience: ClassVar = "viewer"
