"""The interactions of the last while: what was asked, what the bot answered, and in which state that leaves them."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any, Literal

from msgspec import Struct, field

from sandbox.settings import SandboxSettings

__all__ = ["Interaction", "InteractionStore", "InteractionType", "State", "state_of"]

_KEPT = 20_000
State = Literal["waiting", "deferred", "answered", "failed"]


class InteractionType:
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Interaction(Struct, kw_only=True):
    id: int
    token: str
    """A secret: it goes into INTERACTION_CREATE and nowhere else."""
    type: int
    created_at: float
    guild_id: int
    channel_id: int
    user_id: int
    command: str
    metadata: dict[str, Any] = field(default_factory=dict)
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    """`{"type", "at", "after_ms", "data"}` of each accepted callback: one, or none."""
    message_id: int | None = None
    source_message_id: int | None = None
    """The message that a pressed component belongs to."""
    ephemeral: bool = False
    replied: bool = False
    followups: list[int] = field(default_factory=list)
    choices: list[dict[str, Any]] | None = None
    modal: dict[str, Any] | None = None


def state_of(one: Interaction, now: float, deadline_seconds: float) -> State:
    """waiting → deferred → answered; failed when nothing came in time."""
    if one.callbacks:
        deferred = one.callbacks[0]["type"] in (5, 6) and not one.replied
        return "deferred" if deferred else "answered"
    return "failed" if now - one.created_at > deadline_seconds else "waiting"


class InteractionStore:
    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}

    def new_token(self) -> str:
        return "aW50ZXJhY3Rpb24" + secrets.token_urlsafe(72)

    def add(self, one: Interaction) -> None:
        self._by_id[one.id] = one
        self._by_token[one.token] = one
        if len(self._by_id) > _KEPT:
            oldest = next(iter(self._by_id))
            del self._by_token[self._by_id.pop(oldest).token]

    def get(self, interaction_id: int) -> Interaction | None:
        return self._by_id.get(interaction_id)

    def by_token(self, token: str, now: float) -> Interaction | None:
        """None once the token's 15 minutes are over."""
        one = self._by_token.get(token)
        if one is None or now - one.created_at > self._settings.interaction_token_seconds:
            return None
        return one

    def state(self, one: Interaction, now: float) -> State:
        return state_of(one, now, self._settings.interaction_deadline_seconds)

    async def changed(self, one: Interaction, timeout_seconds: float) -> bool:
        """Until the bot says something more about it; False after the timeout."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(one.id, []).append(future)
        try:
            await asyncio.wait_for(future, timeout_seconds)
        except TimeoutError:
            return False
        return True

    def wake(self, one: Interaction) -> None:
        for future in self._waiting.pop(one.id, []):
            if not future.done():
                future.set_result(None)

    def clear(self) -> None:
        self._by_id.clear()
        self._by_token.clear()
