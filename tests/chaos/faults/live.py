"""Clients of the live updates that stop reading, vanish, or move to another web process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.chaos.platform import Platform

__all__ = ["all_vanished", "stopped_reading", "vanished"]


@asynccontextmanager
async def stopped_reading(p: Platform) -> AsyncIterator[None]:
    """Two of them keep their connection and read nothing from it."""
    clients = p.dice.sample(p.sessions, 2)
    for client in clients:
        client.stop_reading()
    try:
        yield
    finally:
        for client in clients:
            client.read_on()


@asynccontextmanager
async def vanished(p: Platform) -> AsyncIterator[None]:
    """One drops its connection and comes back with its last id at another web process."""
    p.dice.choice(p.sessions).vanish()
    yield


@asynccontextmanager
async def all_vanished(p: Platform) -> AsyncIterator[None]:
    """All at once."""
    for client in p.sessions:
        client.vanish()
    yield
