"""Discord's ids: milliseconds since 2015, then a counter. https://discord.com/developers/docs/reference#snowflakes"""

from __future__ import annotations

__all__ = ["EPOCH_MS", "SnowflakeSource", "at", "created_at", "is_snowflake", "shard_of"]

EPOCH_MS = 1_420_070_400_000


def at(seconds: float) -> int:
    """The smallest id of that moment."""
    return (int(seconds * 1000) - EPOCH_MS) << 22


def created_at(snowflake: int) -> float:
    return ((snowflake >> 22) + EPOCH_MS) / 1000


def shard_of(guild_id: int, shards: int) -> int:
    return (guild_id >> 22) % shards


def is_snowflake(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return 0 <= value < 2**63
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19


class SnowflakeSource:
    """Rising ids, unique within one sandbox even when the clock stands still."""

    def __init__(self, last: int = 0) -> None:
        self._last = last

    @property
    def last(self) -> int:
        return self._last

    def next(self, now: float) -> int:
        self._last = max(at(now), self._last + 1)
        return self._last
