"""Who makes a request: a person with a session, or an API key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bus.envelopes import Actor, Source
from bus.ids import Snowflake

__all__ = ["Principal", "PrincipalKind"]

PrincipalKind = Literal["user", "api_key", "script"]


@dataclass(frozen=True, slots=True)
class Principal:
    """`id` is the Discord user's or the key's. A session has every scope (None); its guilds are asked for each time.

    A key may be limited to some guilds; None is every guild. One with an `owner_id` is a person's and never may more
    than they; one without is the platform's own. `operator` is set for people who run the platform.
    """

    kind: PrincipalKind
    id: str
    name: str
    session_id: str | None = field(default=None, repr=False)
    scopes: frozenset[str] | None = None
    guild_ids: frozenset[int] | None = None
    owner_id: Snowflake | None = None
    operator: bool = False

    @property
    def person_id(self) -> Snowflake | None:
        """Whose rights count: the person's, or those of whose key it is; None for a key of the platform."""
        return Snowflake(self.id) if self.kind == "user" else self.owner_id

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
