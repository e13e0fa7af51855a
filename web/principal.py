"""Who makes a request: a person with a session, or an API key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bus.envelopes import Actor, Source

__all__ = ["Principal", "PrincipalKind"]

PrincipalKind = Literal["user", "api_key", "script"]


@dataclass(frozen=True, slots=True)
class Principal:
    """`id` is the Discord user's or the key's. A session has every scope (None); its guilds are asked for each time.

    A key may be limited to some guilds; None is every guild.
    """

    kind: PrincipalKind
    id: str
    name: str
    session_id: str | None = field(default=None, repr=False)
    scopes: frozenset[str] | None = None
    guild_ids: frozenset[int] | None = None

    @property
    def actor(self) -> Actor:
        return Actor(kind=self.kind, id=self.id, name=self.name[:100])

    @property
    def source(self) -> Source:
        """What the platform records as the origin of what this principal asks for."""
        if self.kind == "user":
            return "dashboard"
        return "script" if self.kind == "script" else "api"

    @property
    def key(self) -> str:
        """A name that no other principal has: `user:1`, `api_key:…`."""
        return f"{self.kind}:{self.id}"
