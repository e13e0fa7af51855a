"""For test platforms that are asked more than people ask: no limit of theirs counts anything."""

from __future__ import annotations

__all__ = ["NO_RATE_LIMITS"]

NO_RATE_LIMITS = dict.fromkeys(
    ("RATE_PER_ADDRESS", "RATE_PER_SESSION", "RATE_PER_KEY", "RATE_OF_LOGINS", "RATE_PER_GUILD"), "0"
)
