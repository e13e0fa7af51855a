"""One gateway session: its sequence, what it may still replay, and the connection it has at present."""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

import msgspec

__all__ = ["Peer", "Session", "frame"]


class Peer(Protocol):
    """A connection, as a session sees it."""

    def send(self, payload: bytes) -> None: ...

    def end(self, code: int | None, reason: str = "") -> None:
        """Close with a code, or with None cut the line."""
        ...


def frame(op: int, data: Any = None, *, sequence: int | None = None, event: str | None = None) -> bytes:
    return msgspec.json.encode({"op": op, "d": data, "s": sequence, "t": event})


class Session:
    def __init__(
        self, *, session_id: str, shard: tuple[int, int], intents: int, replay: int, bearer: str = "bot"
    ) -> None:
        self.id = session_id
        self.shard = shard
        self.intents = intents
        self.bearer = bearer
        self.sequence = 0
        self.peer: Peer | None = None
        self.detached_at: float | None = None
        self._sent: deque[tuple[int, bytes]] = deque(maxlen=replay)

    @property
    def connected(self) -> bool:
        return self.peer is not None

    def push(self, event: str, data: msgspec.Raw) -> None:
        """Numbers a dispatch, keeps it for a replay, and sends it if somebody is there."""
        self.sequence += 1
        payload = frame(0, data, sequence=self.sequence, event=event)
        self._sent.append((self.sequence, payload))
        if self.peer is not None:
            self.peer.send(payload)

    def replay(self, after: int) -> list[bytes] | None:
        """The dispatches after a sequence number; None if they are not all kept or the number is from the future."""
        if after > self.sequence:
            return None
        missing = [payload for number, payload in self._sent if number > after]
        return missing if len(missing) == self.sequence - after else None
