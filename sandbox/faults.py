"""Faults on demand: what may go wrong between a bot and Discord, switched on for a route, a number of times."""

from __future__ import annotations

import random
from typing import Literal

from msgspec import Struct

__all__ = ["Fault", "FaultTable", "Kind", "matches"]

Kind = Literal["latency", "status", "rate_limit", "lost_answer", "drop"]


class Fault(Struct, kw_only=True, forbid_unknown_fields=True):
    """What to do to which requests.

    - latency: answer `latency_ms` late (before the effect);
    - status: answer `status` instead of acting;
    - rate_limit: answer 429 with `retry_after` seconds instead of acting, as from a bucket of `limit` requests;
    - lost_answer: act, hold the answer for `latency_ms`, then close the connection without it;
    - drop: close the connection before acting.
    """

    route: str
    kind: Kind
    status: int = 503
    latency_ms: float = 0.0
    retry_after: float = 1.0
    limit: int = 1
    times: int | None = None
    """How many requests it hits; None is without end."""
    probability: float = 1.0
    seed: int | None = None
    id: str = ""
    used: int = 0


def matches(pattern: str, route: str) -> bool:
    """`*` is every route, `PUT *` every route of a method, anything else that very route."""
    if pattern == "*":
        return True
    method, _, rest = pattern.partition(" ")
    if rest == "*":
        return route.startswith(f"{method} ")
    return pattern == route


class FaultTable:
    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}
        self._dice: dict[str, random.Random] = {}
        self._count = 0

    def add(self, fault: Fault) -> Fault:
        self._count += 1
        fault.id = f"fault-{self._count}"
        fault.used = 0
        self._faults[fault.id] = fault
        # Not for secrets: a seed makes the same requests fail on every run.
        self._dice[fault.id] = random.Random(fault.seed)  # noqa: S311
        return fault

    def remove(self, fault_id: str) -> bool:
        self._dice.pop(fault_id, None)
        return self._faults.pop(fault_id, None) is not None

    def clear(self) -> None:
        self._faults.clear()
        self._dice.clear()

    def all(self) -> list[Fault]:
        return list(self._faults.values())

    def pick(self, route: str) -> list[Fault]:
        """The faults that hit this one request; each is used up by one."""
        hit = []
        for fault in self._faults.values():
            if not matches(fault.route, route):
                continue
            if fault.times is not None and fault.used >= fault.times:
                continue
            if fault.probability < 1.0 and self._dice[fault.id].random() >= fault.probability:
                continue
            fault.used += 1
            hit.append(fault)
        return hit
