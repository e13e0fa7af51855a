"""Conditions of a list's statement: put together as filters are given, every value a parameter."""

from __future__ import annotations

from typing import Any

__all__ = ["Conditions"]


class Conditions:
    """SQL conditions with their parameters, numbered as they come."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._parts: list[str] = []

    def add(self, condition: str, value: Any) -> None:
        """`condition` has a `{}` wherever the parameter goes; a value of None adds nothing."""
        if value is not None:
            self._parts.append(condition.replace("{}", self.parameter(value)))

    def always(self, condition: str) -> None:
        """A condition of constants: what a partial index leaves out must be said with one."""
        self._parts.append(condition)

    def parameter(self, value: Any) -> str:
        """The number of a parameter that belongs to no condition: a limit."""
        self.values.append(value)
        return f"${len(self.values)}"

    def __str__(self) -> str:
        return " AND ".join(self._parts)
