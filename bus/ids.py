"""Ids: UUIDv7 (RFC 9562, section 5.7), ids derived from a cause, and Discord's snowflakes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

__all__ = ["Snowflake", "derived_id", "id_time", "new_id", "snowflake_time"]

_VERSION_7 = 0x7 << 76
_VARIANT_RFC = 0b10 << 62
_RANDOM_BITS = 74
_MAX_SNOWFLAKE = (1 << 63) - 1
_DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Snowflake(int):
    """Discord's 64-bit id: a bigint in PostgreSQL, a decimal string in all JSON.

    JavaScript loses digits above 2^53, so a snowflake never travels as a JSON number.
    Raises ValueError for anything but 1 … 2^63-1 in plain decimal digits.
    """

    __slots__ = ()

    def __new__(cls, value: int | str) -> Snowflake:
        if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= 19):
            raise ValueError(f"a snowflake is up to 19 decimal digits, not {value[:40]!r}")
        number = super().__new__(cls, value)
        if not 0 < number <= _MAX_SNOWFLAKE:
            raise ValueError(f"a snowflake lies between 1 and 2^63-1, not at {int(number)}")
        return number


def new_id(now: datetime) -> UUID:
    """A UUIDv7 for the moment `now`: 48 bits of milliseconds, then 74 random bits."""
    return _uuid7(_milliseconds(now), secrets.randbits(_RANDOM_BITS))


def derived_id(cause: datetime, *parts: object) -> UUID:
    """The same id for the same cause, every time: the cause's milliseconds, then a hash of `parts`.

    It has the shape of a UUIDv7, so that it sorts and partitions by time like any other id.
    """
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return _uuid7(_milliseconds(cause), int.from_bytes(digest[:10]) >> (80 - _RANDOM_BITS))


def id_time(value: UUID) -> datetime:
    """The moment in a UUIDv7. Raises ValueError for a UUID of another version, or a time that no clock shows."""
    if value.version != 7:
        raise ValueError(f"{value} is not a UUIDv7")
    try:
        return _UNIX_EPOCH + timedelta(milliseconds=value.int >> 80)
    except OverflowError as error:
        raise ValueError(f"{value} is of a time beyond the year 9999") from error


def snowflake_time(value: int) -> datetime:
    """When Discord made this id. Source: Discord's reference, "Snowflakes"."""
    return _DISCORD_EPOCH + timedelta(milliseconds=value >> 22)


def _milliseconds(moment: datetime) -> int:
    return (moment - _UNIX_EPOCH) // _MILLISECOND


def _uuid7(milliseconds: int, random: int) -> UUID:
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | _VERSION_7 | (high << 64) | _VARIANT_RFC | low)
