"""All gateway sessions: who hears an event, and what can be done to their connections on demand."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from sandbox.clock import Clock
from sandbox.gateway.intents import Intent, wanted
from sandbox.gateway.session import Session, frame
from sandbox.settings import SandboxSettings
from sandbox.snowflakes import shard_of

__all__ = ["Hub"]

_RECONNECT, _INVALID_SESSION = 7, 9
_MESSAGE_BODY: dict[str, Any] = {"content": "", "embeds": [], "attachments": [], "components": []}


class Hub:
    def __init__(self, settings: SandboxSettings, clock: Clock, on_change: Callable[[], None]) -> None:
        self._settings = settings
        self._clock = clock
        self._on_change = on_change
        self.sessions: dict[str, Session] = {}

    def open(self, *, shard: tuple[int, int], intents: int) -> Session:
        self._forget_old()
        session = Session(
            session_id=secrets.token_hex(16), shard=shard, intents=intents, replay=self._settings.replay_buffer
        )
        self.sessions[session.id] = session
        return session

    def changed(self) -> None:
        self._on_change()

    def detach(self, session: Session) -> None:
        session.peer = None
        session.detached_at = self._clock.now()
        self._on_change()

    def forget(self, session: Session) -> None:
        """The session can't be resumed any more."""
        self.sessions.pop(session.id, None)

    def live(self, guild_id: int | None = None) -> list[Session]:
        """Connected sessions, of the shard that a guild belongs to."""
        return [row for row in self.sessions.values() if row.connected and _hears(row, guild_id)]

    def dispatch(self, event: str, data: Any, *, guild_id: int | None = None, direct: bool = False) -> int:
        """Sends an event to every session that asked for it; returns how many were connected."""
        self._forget_old()
        raw: msgspec.Raw | None = None
        reached = 0
        for session in list(self.sessions.values()):
            if not _hears(session, guild_id) or not wanted(event, session.intents, direct=direct):
                continue
            if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and not direct and self._hides_content(session, data):
                session.push(event, msgspec.Raw(msgspec.json.encode({**data, **_MESSAGE_BODY})))
            else:
                raw = raw or msgspec.Raw(msgspec.json.encode(data))
                session.push(event, raw)
            reached += session.connected
        return reached

    def dispatch_to(self, session: Session, event: str, data: Any, *, guild_id: int | None = None) -> None:
        """For events that look different to each session."""
        if _hears(session, guild_id) and wanted(event, session.intents):
            session.push(event, msgspec.Raw(msgspec.json.encode(data)))

    def act(self, action: str, *, code: int = 4000, resumable: bool = True) -> int:
        """drop, reconnect (op 7), invalidate (op 9) or close, for every connection; returns how many there were."""
        touched = 0
        for session in list(self.sessions.values()):
            if not resumable:
                self.forget(session)
            if session.peer is None:
                continue
            touched += 1
            if action == "reconnect":
                session.peer.send(frame(_RECONNECT))
            elif action == "invalidate":
                session.peer.send(frame(_INVALID_SESSION, resumable))
            else:
                session.peer.end(None if action == "drop" else code, "asked for in the sandbox")
        return touched

    def report(self) -> list[dict[str, Any]]:
        """`[{"shard": [i, n], "connected", "intents", "sequence"}]`."""
        return [
            {"shard": list(row.shard), "connected": row.connected, "intents": row.intents, "sequence": row.sequence}
            for row in self.sessions.values()
        ]

    def close(self) -> None:
        for session in list(self.sessions.values()):
            if session.peer is not None:
                session.peer.end(1001, "the sandbox stops")

    def _hides_content(self, session: Session, data: dict[str, Any]) -> bool:
        """Without the message content intent, only what the bot wrote or is mentioned in has a body."""
        if session.intents & Intent.MESSAGE_CONTENT:
            return False
        bot = str(self._settings.application_id)
        return data["author"]["id"] != bot and all(row["id"] != bot for row in data.get("mentions", ()))

    def _forget_old(self) -> None:
        horizon = self._clock.now() - self._settings.session_keep_seconds
        for session in list(self.sessions.values()):
            if not session.connected and session.detached_at is not None and session.detached_at < horizon:
                self.forget(session)


def _hears(session: Session, guild_id: int | None) -> bool:
    index, count = session.shard
    # Direct messages and everything else without a guild belong to shard 0.
    return index == (0 if guild_id is None else shard_of(guild_id, count))
