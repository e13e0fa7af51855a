"""Lists in pages, newest first, by an opaque cursor: the last id seen."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from bus.errors import InvalidMessage

__all__ = ["LAST", "Page", "decode_cursor", "encode_cursor"]

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
