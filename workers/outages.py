"""What a loop says while the database or the broker is away: that it began, and that it is over."""

from __future__ import annotations

from loguru import logger

from bus.errors import BusError
from models.sqlstate import is_unreachable

__all__ = ["Outage"]


class Outage:
    """Of one loop that tries again and again. What is no outage is told each time."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._told = False

    def failed(self, error: Exception) -> None:
        if isinstance(error, BusError) or is_unreachable(error):
            level = "DEBUG" if self._told else "WARNING"
            self._told = True
            logger.log(level, "{}, for now: {}: {}", self._what, type(error).__name__, error)
        else:
            logger.opt(exception=error).error("{}", self._what)

    def over(self) -> None:
        if self._told:
            self._told = False
            logger.info("{}: that is over", self._what)
