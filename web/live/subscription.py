"""One open stream's queue: bounded, never waited for by whoever fills it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Literal

from models.permissions import Level

__all__ = ["CloseReason", "Subscription"]

CloseReason = Literal["slow", "access_lost", "logged_out", "stopping", "stream_anew", "client_gone", "failed"]

_CHUNK_BYTES = 64 * 1024


class Subscription:
    """Frames that wait for one session, in one guild, at one level. `on_close` is called once, at the first `close`.

    Filled by the hub, emptied by the response. Full or closed, it hands out nothing more: the session comes back
    with its last id and is continued from the ring, so that one slow client costs a bounded amount of memory.
    """

    __slots__ = (
        "_delivered_when_waiting",
        "_frames",
        "_most",
        "_sent_much",
        "_waiting",
        "client_id",
        "delivered",
        "guild_id",
        "level",
        "on_close",
        "reason",
        "session_id",
        "viewer_id",
    )

    def __init__(
        self, *, client_id: str, guild_id: int, level: Level, viewer_id: str, most: int, session_id: str | None = None
    ) -> None:
        self.client_id = client_id
        self.guild_id = guild_id
        self.level = level
        self.viewer_id = viewer_id
        self.session_id = session_id
        self.reason: CloseReason | None = None
        self.on_close: Callable[[], None] | None = None
        self.delivered = 0
        self._delivered_when_waiting = -1
        self._most = most
        self._sent_much = True  # a stream begins with the state of the page
        self._frames: deque[bytes] = deque()
        self._waiting: asyncio.Future[None] | None = None

    def push(self, frame: bytes) -> None:
        if self.reason is not None:
            return
        frames = self._frames
        if len(frames) >= self._most:
            self.close("slow")
            return
        frames.append(frame)
        waiting = self._waiting
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def is_stuck(self) -> bool:
        """Whether frames waited when this was last asked, and none was taken since: the client does not read."""
        stuck = self.delivered == self._delivered_when_waiting
        self._delivered_when_waiting = self.delivered if self._frames else -1
        return stuck

    def close(self, reason: CloseReason) -> None:
        """Hand out nothing more. The first reason is kept."""
        if self.reason is not None:
            return
        self.reason = reason
        self._frames.clear()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
        if self.on_close is not None:
            self.on_close()

    async def chunk(self) -> bytes:
        """What waits, up to about 64 KiB in one piece; nothing (b"") once closed.

        Whoever sends a piece holds it until the next: so that thousands of quiet streams do not each keep what they
        were sent last, nothing is also what comes once after a large piece, before a wait.
        """
        frames = self._frames
        if self._sent_much and not frames:
            self._sent_much = False
            return b""
        while not frames:
            if self.reason is not None:
                return b""
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        if self.reason is not None:
            return b""
        if len(frames) == 1:
            self.delivered += 1
            return frames.popleft()
        taken = [frames.popleft()]
        size = len(taken[0])
        while frames and size < _CHUNK_BYTES:
            size += len(frames[0])
            taken.append(frames.popleft())
        self.delivered += len(taken)
        self._sent_much = True
        return b"".join(taken)
