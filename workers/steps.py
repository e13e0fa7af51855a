"""The steps of a command's life in a worker, for whoever watches them: metrics, and tests that kill at one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal
from uuid import UUID

__all__ = ["Observe", "Step", "unobserved"]

Step = Literal["received", "claimed", "effected", "settled", "published"]
Observe = Callable[[Step, UUID], None]


def unobserved(step: Step, command_id: UUID) -> None:
    """Nobody watches."""
