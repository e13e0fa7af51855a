"""Processes that die, and deploys that replace them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.chaos.faults.fault import Act
from tests.chaos.platform import Platform

__all__ = ["deployed", "killed", "restarted"]

_BACK_SECONDS = 60.0


def killed(module: str) -> Act:
    """kill -9 of one process of this room."""

    @asynccontextmanager
    async def act(p: Platform) -> AsyncIterator[None]:
        p.rooms[p.dice.choice(p.of(module))].kill()
        yield

    return act


def restarted(module: str) -> Act:
    """SIGTERM, and start again: what it has in hand it finishes within its grace period."""

    @asynccontextmanager
    async def act(p: Platform) -> AsyncIterator[None]:
        await _replace(p, p.dice.choice(p.of(module)))
        yield

    return act


@asynccontextmanager
async def deployed(p: Platform) -> AsyncIterator[None]:
    """Every process in its turn, each only when the one before is back."""
    for name in list(p.rooms):
        await _replace(p, name)
        await _until_ready(p)
    yield


async def _replace(p: Platform, name: str) -> None:
    """Workers and web processes stop first, for others do their work; a bot's successor is there before it goes."""
    old = p.rooms[name]
    if old.module != "bot":
        await old.stop()
        await old.start()
        return
    new = p.second(name)
    shards = len(p.of("bot"))
    await new.start()
    p.rooms[name] = new
    async with asyncio.timeout(_BACK_SECONDS):
        while await p.discord.connections() <= shards:  # noqa: ASYNC110 - what is waited for sets no event of ours
            await asyncio.sleep(0.1)
    await old.stop()


async def _until_ready(p: Platform) -> None:
    async with asyncio.timeout(_BACK_SECONDS):
        while await p.parts_missing():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.1)
