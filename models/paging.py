"""Lists in pages by an opaque cursor: the last id seen, newest first, or the last sort key of another order."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from bus.errors import InvalidMessage
from bus.ids import Snowflake

__all__ = [
    "LAST",
    "Page",
    "decode_cursor",
    "decode_key",
    "decode_moment",
    "encode_cursor",
    "encode_key",
    "encode_moment",
    "page_of",
]

LAST = UUID(int=(1 << 128) - 1)
"""Beyond every id: where a list begins."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items, and the cursor of the next page; None on the last."""

    items: Sequence[Item]
    next_cursor: str | None


def encode_cursor(last: UUID) -> str:
    """The cursor of the page after this id."""
    return base64.urlsafe_b64encode(last.bytes).rstrip(b"=").decode()


def decode_cursor(cursor: str | None) -> UUID:
    """The id before which the page begins. Raises InvalidMessage for a text that is no cursor."""
    if cursor is None:
        return LAST
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (ValueError, binascii.Error) as error:
        raise InvalidMessage("the cursor is not one that this list gave out") from error


def encode_key(key: Sequence[str | int]) -> str:
    """The cursor of the page after this sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def decode_key(cursor: str, shape: Sequence[type]) -> tuple[Any, ...]:
    """The sort key after which the page begins: as many values as `shape` has, of its types.

    Raises InvalidMessage for a text that is no such cursor.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        key: tuple[Any, ...] = msgspec.json.decode(raw, type=tuple[tuple(shape)])  # type: ignore[misc]
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise InvalidMessage("the cursor is not one that this list gave out") from error
    return key


def encode_moment(at: datetime, id: int) -> str:
    """The cursor of the page after this moment, and this id of those that share it."""
    return encode_key((at.isoformat(), str(int(id))))


def decode_moment(cursor: str) -> tuple[datetime, int]:
    """The moment and the id after which the page begins. Raises InvalidMessage for a text that is no such cursor."""
    moment, id = decode_key(cursor, (str, str))
    try:
        at, last = datetime.fromisoformat(moment), int(Snowflake(id))
    except ValueError as error:
        raise InvalidMessage("the cursor is not one that this list gave out") from error
    if at.tzinfo is None:
        raise InvalidMessage("the cursor is not one that this list gave out")
    return at, last


def page_of(
    items: Iterable[Item], key: Callable[[Item], tuple[str | int, ...]], *, cursor: str | None, limit: int
) -> Page[Item]:
    """One page of a short list that is at hand, ordered by a key that no two items share.

    Raises InvalidMessage for a bad cursor.
    """
    ordered = sorted(items, key=key)
    if cursor is not None and ordered:
        after = decode_key(cursor, [type(value) for value in key(ordered[0])])
        ordered = [item for item in ordered if key(item) > after]
    return Page(ordered[:limit], encode_key(key(ordered[limit - 1])) if len(ordered) > limit else None)
