"""The book: every write that took effect, in order, whether or not its answer arrived."""

from __future__ import annotations

from collections import deque
from typing import Any

from msgspec import Struct

__all__ = ["Book", "Effect"]


class Effect(Struct, kw_only=True):
    """`route` is the template, so that no token ever gets into it; `at` is Unix seconds."""

    n: int
    at: float
    method: str
    route: str
    guild_id: str | None
    target: str | None
    reason: str | None
    body: Any
    status: int
    changed: bool
    nonce: str | int | None = None
    duplicate_of: str | None = None
    """Id of the message that an equal nonce had already made."""
    headers: dict[str, str] | None = None
    """Only for the webhook sink."""


class Book:
    def __init__(self, kept: int) -> None:
        self._rows: deque[Effect] = deque(maxlen=kept)
        self._n = 0

    def write(self, **fields: Any) -> Effect:
        self._n += 1
        row = Effect(n=self._n, **fields)
        self._rows.append(row)
        return row

    def since(self, n: int) -> list[Effect]:
        """Rows after number `n`, oldest first."""
        return [row for row in self._rows if row.n > n]

    def clear(self) -> None:
        """Forgets the rows but goes on counting: a reader's `since` stays valid."""
        self._rows.clear()
