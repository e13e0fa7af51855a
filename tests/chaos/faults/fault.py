"""One kind of fault."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from tests.chaos.platform import Platform

__all__ = ["Act", "Fault"]

Act = Callable[[Platform], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """`act` injects on entry and heals on exit; in between it lasts `seconds`.

    `share` is how often it comes while each other one comes once; `doubts` is whether it can hit an effect while that
    happens, so that what cannot be looked up ends in doubt.
    """

    name: str
    act: Act
    seconds: float = 0.0
    share: int = 1
    doubts: bool = False
