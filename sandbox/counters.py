"""How often each route was asked, with what outcome, and how close to Discord's ban for invalid requests.

https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

__all__ = ["INVALID_LIMIT", "INVALID_WINDOW_SECONDS", "Requests"]

INVALID_LIMIT = 10_000
INVALID_WINDOW_SECONDS = 600.0
_INVALID = frozenset({401, 403, 429})


class Requests:
    def __init__(self) -> None:
        self._counts: Counter[tuple[str, int]] = Counter()
        self._invalid: deque[float] = deque()

    def count(self, route: str, status: int, now: float) -> None:
        """`status` 0 stands for a connection closed without an answer."""
        self._counts[route, status] += 1
        if status in _INVALID:
            self._invalid.append(now)

    def invalid(self, now: float) -> int:
        while self._invalid and self._invalid[0] <= now - INVALID_WINDOW_SECONDS:
            self._invalid.popleft()
        return len(self._invalid)

    def report(self, now: float) -> dict[str, Any]:
        """`{"routes": {route: {status: n}}, "total", "invalid": {"count", "limit", "window_seconds", "banned"}}`."""
        routes: dict[str, dict[str, int]] = {}
        for (route, status), n in sorted(self._counts.items()):
            routes.setdefault(route, {})[str(status)] = n
        invalid = self.invalid(now)
        return {
            "routes": routes,
            "total": self._counts.total(),
            "invalid": {
                "count": invalid,
                "limit": INVALID_LIMIT,
                "window_seconds": INVALID_WINDOW_SECONDS,
                "banned": invalid >= INVALID_LIMIT,
            },
        }

    def clear(self) -> None:
        self._counts.clear()
        self._invalid.clear()
