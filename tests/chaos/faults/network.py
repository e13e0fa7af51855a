"""Connections of one process that are reset, delayed, or silent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from tests.chaos.faults.fault import Act
from tests.chaos.platform import Platform
from tests.proxy import Proxy

__all__ = ["cut", "silent", "slow", "unreachable"]

Peer = Literal["broker", "store", "rest"]
_DELAY_SECONDS = 0.15


def cut(peer: Peer) -> Act:
    """Reset in the middle of whatever goes over them; new ones are taken at once."""

    @asynccontextmanager
    async def act(p: Platform) -> AsyncIterator[None]:
        _any(p, peer).cut()
        yield

    return act


def slow(peer: Peer) -> Act:
    """Each piece of data arrives late."""

    @asynccontextmanager
    async def act(p: Platform) -> AsyncIterator[None]:
        proxy = _any(p, peer)
        proxy.delay_seconds = _DELAY_SECONDS
        try:
            yield
        finally:
            proxy.delay_seconds = 0.0

    return act


def silent(peer: Peer) -> Act:
    """As a cable pulled out: nothing arrives and nobody is told."""

    @asynccontextmanager
    async def act(p: Platform) -> AsyncIterator[None]:
        proxy = _any(p, peer)
        proxy.freeze()
        try:
            yield
        finally:
            proxy.thaw()

    return act


def unreachable(peer: Peer) -> Act:
    """Reset, and new ones are refused, for every process."""

    @asynccontextmanager
    async def act(p: Platform) -> AsyncIterator[None]:
        proxies = list(_of(p, peer).values())
        for proxy in proxies:
            await proxy.shut()
        try:
            yield
        finally:
            for proxy in proxies:
                await proxy.open()

    return act


def _of(p: Platform, peer: Peer) -> dict[str, Proxy]:
    return {"broker": p.broker, "store": p.store, "rest": p.rest}[peer]


def _any(p: Platform, peer: Peer) -> Proxy:
    proxies = _of(p, peer)
    return proxies[p.dice.choice(sorted(proxies))]
