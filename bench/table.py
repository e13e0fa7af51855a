"""Figures as a Markdown table, which reads well in a terminal too. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["number", "table"]


def number(value: float | None, digits: int | None = None) -> str:
    """A figure for people: 12,345 or 12.3 or 0.123; a dash where it was not measured."""
    if value is None or math.isnan(value):
        return "–"
    if digits is None:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """First column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(_padded(cell, widths[n], left=n == 0) for n, cell in enumerate(cells)) + " |"

    rule = ["-" * width if n == 0 else "-" * (width - 1) + ":" for n, width in enumerate(widths)]
    return "\n".join([line(head), line(rule), *(line(row) for row in rows)])


def _padded(text: str, width: int, *, left: bool) -> str:
    return text.ljust(width) if left else text.rjust(width)
