"""The rows of `live`: how they are called, and how many events a burst has. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from bench.table import number

__all__ = ["HEAD", "SILENT", "burst_events", "nchan_row", "rows", "silent_row"]

HEAD = ("clients", "deliveries/s", "p50 ms", "p99 ms", "KB a client", "CPU s per 10,000 deliveries")
SILENT = 50
_BURST_DELIVERIES = 200_000
_BURST_EVENTS = (50, 800)  # a session may have 1,000 frames waiting before it counts as too slow


def nchan_row(clients: int) -> str:
    return f"nchan {clients}"


def silent_row(clients: int) -> str:
    return f"{clients}, beside {SILENT} that stopped reading"


def burst_events(clients: int) -> int:
    """About 200,000 deliveries, but never so many events that a session which reads counts as too slow."""
    least, most = _BURST_EVENTS
    return max(least, min(most, _BURST_DELIVERIES // clients))


def rows(results: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    names = ("deliveries", "p50", "p99", "kb", "cpu")
    return [[row, *(number(figures.get(name, math.nan)) for name in names)] for row, figures in results.items()]
