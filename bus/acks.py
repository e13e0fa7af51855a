"""Which acks to send: `multiple` covers all tags below its own, so only a contiguous settled prefix may use it."""

from __future__ import annotations

import heapq

__all__ = ["AckPlan", "AckTracker"]

AckPlan = list[tuple[int, bool]]


class AckTracker:
    """Delivery tags of one channel: delivered in rising order, settled in any order, each once.

    `plan()` returns (tag, multiple) pairs: one `multiple` ack for the settled prefix, nothing for tags beyond a
    gap, which wait until the gap is settled or `plan_all()` asks for single acks.
    """

    def __init__(self) -> None:
        self._settled: list[int] = []
        # Every tag above the prefix that needs no more: settled and waiting for its ack, acked singly, or rejected.
        self._done: set[int] = set()
        self._acked_up_to = 0

    @property
    def waiting(self) -> int:
        """How many settled tags no plan has covered yet."""
        return len(self._settled)

    def settle(self, tag: int) -> bool:
        """The tag may be acked. False where it was settled or excluded before: then nothing is to be done."""
        if not self._take(tag):
            return False
        heapq.heappush(self._settled, tag)
        return True

    def exclude(self, tag: int) -> bool:
        """The tag is rejected or requeued by itself: it leaves no gap and needs no ack. False as in `settle`.

        Its reject must be sent before the next planned ack, which may cover it.
        """
        return self._take(tag)

    def plan(self) -> AckPlan:
        """The prefix that can be acked with one `multiple`, as at most one pair."""
        top = None
        while (following := self._acked_up_to + 1) in self._done:
            self._done.discard(following)
            self._acked_up_to = following
            if self._settled and self._settled[0] == following:
                top = heapq.heappop(self._settled)
        return [] if top is None else [(top, True)]

    def plan_all(self) -> AckPlan:
        """Everything settled, beyond gaps too: singles after the prefix. Each tag is planned once."""
        plan = self.plan()
        while self._settled:
            plan.append((heapq.heappop(self._settled), False))
        return plan

    def _take(self, tag: int) -> bool:
        if tag <= self._acked_up_to or tag in self._done:
            return False
        self._done.add(tag)
        return True
