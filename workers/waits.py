"""How far behind a queue is: how long what this worker took from it lately had waited there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from bus.clock import Clock
from bus.transport import Delivery

__all__ = ["Waits"]

_KEPT_SECONDS = 60.0


class Waits:
    """The longest wait of the last minute, in seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._noted: deque[tuple[float, float]] = deque()

    def note(self, batch: Iterable[Delivery]) -> None:
        """A batch, oldest first, as it is taken."""
        first = next((delivery for delivery in batch if _came_straight(delivery)), None)
        if first is not None:
            self._noted.append((self._clock.monotonic(), self.of(first)))

    def of(self, delivery: Delivery) -> float:
        """How long this one has been on its way, if it came straight from who published it."""
        if not _came_straight(delivery) or delivery.published_at is None:
            return 0.0
        return max(0.0, (self._clock.now() - delivery.published_at).total_seconds())

    def longest(self) -> float:
        oldest = self._clock.monotonic() - _KEPT_SECONDS
        while self._noted and self._noted[0][0] < oldest:
            self._noted.popleft()
        return max((seconds for _, seconds in self._noted), default=0.0)


def _came_straight(delivery: Delivery) -> bool:
    """Neither from the ladder, where it was meant to wait, nor back from a worker that was lost."""
    return delivery.exchange == "commands" and not delivery.redelivered
