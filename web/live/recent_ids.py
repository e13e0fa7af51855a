"""Events that were published twice, recognised by their ids."""

from __future__ import annotations

from collections import deque

__all__ = ["RecentIds"]


class RecentIds:
    """The last `most` ids seen. The ledger's sweeper and a crash before an ack both publish an event again."""

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._seen: set[int] = set()
        self._order: deque[int] = deque()

    def add(self, id: int) -> bool:
        """Whether this id is new."""
        if id in self._seen:
            return False
        self._seen.add(id)
        self._order.append(id)
        if len(self._order) > self._most:
            self._seen.discard(self._order.popleft())
        return True

    def add_all(self, later: RecentIds) -> None:
        """What was seen after these."""
        for id in later._order:
            self.add(id)
