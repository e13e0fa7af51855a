"""What changed between before and after, value by value."""

from __future__ import annotations

from typing import Any

__all__ = ["changed_values"]


def changed_values(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[tuple[str, Any, Any]]:
    """(name, old, new) for each value that differs; None where there was none."""
    old, new = before or {}, after or {}
    names = [*old, *(name for name in new if name not in old)]
    return [(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]
