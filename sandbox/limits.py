"""Rate limits as Discord counts them: fixed windows per bucket, and one for the whole bot.

https://discord.com/developers/docs/topics/rate-limits
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

__all__ = ["Limits", "Verdict", "bucket_hash"]

_SWEEP_ABOVE = 5_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """One request against one window. `reset_at` is Unix seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset_at: float
    reset_after: float
    bucket: str = ""
    scope: str = "user"

    def headers(self) -> dict[str, str]:
        if self.scope == "global":
            names = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
        else:
            names = {
                "X-RateLimit-Limit": str(self.limit),
                "X-RateLimit-Remaining": str(self.remaining),
                "X-RateLimit-Reset": f"{self.reset_at:.3f}",
                "X-RateLimit-Reset-After": f"{self.reset_after:.3f}",
                "X-RateLimit-Bucket": self.bucket,
            }
            if not self.allowed:
                names["X-RateLimit-Scope"] = self.scope
        if not self.allowed:
            names["Retry-After"] = str(math.ceil(self.reset_after))
        return names

    def body(self) -> dict[str, object]:
        return {
            "message": "You are being rate limited.",
            "retry_after": round(self.reset_after, 3),
            "global": self.scope == "global",
        }


def bucket_hash(route: str) -> str:
    """The same for all guilds: clients add the major parameter themselves."""
    return hashlib.blake2b(route.encode(), digest_size=16).hexdigest()


class Limits:
    """Windows by (route, major parameter); a window begins with its first request."""

    def __init__(self, *, global_per_second: int) -> None:
        self.global_per_second = global_per_second
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}

    def take(self, route: str, major: str, limit: int, per_seconds: float, now: float) -> Verdict:
        ends, used = self._windows.get((route, major), (0.0, 0))
        if now >= ends:
            ends, used = now + per_seconds, 0
            if len(self._windows) > _SWEEP_ABOVE:
                self._windows = {key: row for key, row in self._windows.items() if row[0] > now}
        allowed = used < limit
        if allowed:
            used += 1
        self._windows[route, major] = (ends, used)
        return Verdict(allowed, limit, limit - used, ends, ends - now, bucket_hash(route))

    def take_global(self, principal: str, now: float) -> Verdict | None:
        """None when there is room."""
        verdict = self.take("global", principal, self.global_per_second, 1.0, now)
        if verdict.allowed:
            return None
        return Verdict(False, verdict.limit, 0, verdict.reset_at, verdict.reset_after, scope="global")

    def clear(self) -> None:
        self._windows.clear()
