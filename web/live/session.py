"""One live session from its opening to its end: resume, wait, reset; then whatever the hub hands it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from loguru import logger

from bus.clock import Clock
from web.live.hub import Hub
from web.live.opening import (
    connected_frame,
    error_frame,
    initial_frame,
    missed_frames,
    recent_data,
    reset_frame,
)
from web.live.position import Position, decide_resume
from web.live.recheck import Recheck, StillAllowed
from web.live.ring import Ring
from web.live.subscription import Subscription

__all__ = ["LiveSession"]

LoadState = Callable[[], Awaitable[dict[str, Any]]]

_WAIT_STEP_SECONDS = 0.02
_PIECE_FRAMES = 100


class LiveSession:
    """`load_state` reads what the page shows; `last_seen` is the client's Last-Event-ID, if it sent one."""

    def __init__(
        self,
        *,
        ring: Ring,
        hub: Hub,
        recheck: Recheck,
        clock: Clock,
        subscription: Subscription,
        still_allowed: StillAllowed,
        load_state: LoadState,
        last_seen: Position | None,
        unreadable_id: bool,
        catch_up_seconds: float,
    ) -> None:
        self._ring = ring
        self._hub = hub
        self._recheck = recheck
        self._clock = clock
        self._subscription = subscription
        self._still_allowed = still_allowed
        self._load_state = load_state
        self._last_seen = last_seen
        self._unreadable_id = unreadable_id
        self._catch_up_seconds = catch_up_seconds

    async def frames(self) -> AsyncIterator[bytes]:
        """Bytes to send, until the client leaves (this generator is closed) or the subscription is."""
        subscription, started = self._subscription, self._clock.monotonic()
        try:
            resume = await self._decide()
            self._hub.add(subscription)
            self._recheck.watch(subscription, self._still_allowed)
            # No await between this and the reading of the ring: every event is in one of the two, and in one only.
            if subscription.reason is None:
                async for piece in self._opening(resume):
                    yield piece
                del piece
            while subscription.reason is None:
                yield await subscription.chunk()
        except Exception as error:
            subscription.close("failed")
            logger.exception("a live stream failed")
            yield error_frame("unavailable", f"The stream cannot be opened: {type(error).__name__}.")
        finally:
            self._hub.remove(subscription)
            self._recheck.forget(subscription)
            logger.info(
                "live stream {} of guild {} closed after {:.1f} s: {}, {} frames",
                subscription.client_id,
                subscription.guild_id,
                self._clock.monotonic() - started,
                subscription.reason or "client_gone",
                subscription.delivered,
            )
            subscription.close("client_gone")

    async def _decide(self) -> str:
        """`start`, `continue` or `reset`.

        Waits a while for this process to catch up with what the client saw, and as long as it takes for the history
        that it has seen less than.
        """
        if self._last_seen is None:
            return "reset" if self._unreadable_id else "start"
        deadline = self._clock.monotonic() + self._catch_up_seconds
        while True:
            ring = self._ring
            decision = decide_resume(
                self._last_seen, epoch=ring.epoch, reach=ring.reach, floor=ring.floor, head=ring.head
            )
            if decision != "wait":
                return decision
            if self._last_seen.offset > ring.head and self._clock.monotonic() >= deadline:
                return "reset"
            if self._hub.stopping:
                return "continue"  # whatever it is: closed before anything is sent
            await asyncio.sleep(_WAIT_STEP_SECONDS)

    async def _opening(self, resume: str) -> AsyncIterator[bytes]:
        ring, subscription, now = self._ring, self._subscription, self._clock.now()
        if resume == "continue" and self._last_seen is not None:
            missed = missed_frames(ring, subscription, self._last_seen.offset)
            yield connected_frame(subscription, now, resumed=True)
            for start in range(0, len(missed), _PIECE_FRAMES):
                yield b"".join(missed[start : start + _PIECE_FRAMES])
            return
        position, recent = ring.position, recent_data(ring, subscription)
        yield connected_frame(subscription, now, resumed=False)
        if resume == "reset":
            yield reset_frame("What you saw last is no longer kept here: everything is sent anew.")
        yield initial_frame(await self._load_state(), recent, position)
