"""Which acks to send: `multiple` covers all tags below its own, so only a contiguous settled prefix may use it."""

from __future__ import annotations

import heapq

__all__ = ["AckPlan", "AckTracker"]

AckPlan = list[tuple[int, bool]]


class AckTracker:
    """Delivery tags of one channel: delivered in rising order, settled in any order.

    `plan()` returns (tag, multiple) pairs: one `multiple` ack for the settled prefix, nothing for tags beyond a
    gap, which wait until the gap is settled or `plan_all()` asks for single acks.
    """

    def __init__(self) -> None:
        self._settled: list[int] = []
        self._excluded: set[int] = set()
        self._acked_up_to = 0

    def settle(self, tag: int) -> None:
        heapq.heappush(self._settled, tag)

    def exclude(self, tag: int) -> None:
        """The tag was rejected or requeued by itself: it leaves no gap and needs no ack."""
        self._excluded.add(tag)

    def plan(self) -> AckPlan:
        """The prefix that can be acked with one `multiple`, as at most one pair."""
        last = self._acked_up_to
        top = None
        while True:
            if last + 1 in self._excluded:
                last += 1
                self._excluded.discard(last)
            elif self._settled and self._settled[0] == last + 1:
                last = top = heapq.heappop(self._settled)
            else:
                break
        self._acked_up_to = last
        return [] if top is None else [(top, True)]

    def plan_all(self) -> AckPlan:
        """Everything settled, beyond gaps too: singles after the prefix. Each tag is planned once."""
        plan = self.plan()
        while self._settled:
            tag = heapq.heappop(self._settled)
            plan.append((tag, False))
            self._excluded.add(tag)
        return plan
