"""Rooms run side by side, end the platform when they end, and are stopped one after the other."""

from __future__ import annotations

import asyncio

import pytest

from scripts.up.supervisor import Supervisor


async def test_a_room_is_asked_to_finish_and_finishes() -> None:
    said: list[str] = []

    async def room(stop: asyncio.Event) -> None:
        await stop.wait()
        said.append("finished")

    supervisor = Supervisor()
    supervisor.start("room", room)
    await asyncio.sleep(0)
    await supervisor.stop("room", grace_seconds=1)
    assert said == ["finished"]


async def test_a_room_that_does_not_finish_is_cancelled() -> None:
    said: list[str] = []

    async def room(stop: asyncio.Event) -> None:
        del stop
        try:
            await asyncio.sleep(60)
        finally:
            said.append("cancelled")

    supervisor = Supervisor()
    supervisor.start("room", room)
    await asyncio.sleep(0)
    await supervisor.stop("room", grace_seconds=0.01)
    assert said == ["cancelled"]


async def test_what_a_room_raises_ends_the_platform() -> None:
    async def room(stop: asyncio.Event) -> None:
        raise ValueError("no token")

    supervisor = Supervisor()
    supervisor.start("room", room)
    with pytest.raises(ValueError, match="no token"):
        await supervisor.wait(asyncio.Event())


async def test_a_room_that_ends_by_itself_ends_the_platform() -> None:
    async def room(stop: asyncio.Event) -> None:
        return

    supervisor = Supervisor()
    supervisor.start("web", room)
    with pytest.raises(RuntimeError, match="web ended by itself"):
        await supervisor.wait(asyncio.Event())


async def test_a_stop_that_was_asked_for_is_no_failure() -> None:
    async def room(stop: asyncio.Event) -> None:
        await stop.wait()

    supervisor, requested = Supervisor(), asyncio.Event()
    supervisor.start("web", room)
    requested.set()
    await supervisor.wait(requested)
    await supervisor.stop("web", grace_seconds=1)
    await supervisor.stop("never started", grace_seconds=1)


async def test_a_failure_while_stopping_keeps_nobody_from_stopping() -> None:
    async def room(stop: asyncio.Event) -> None:
        await stop.wait()
        raise OSError("gone")

    supervisor = Supervisor()
    supervisor.start("room", room)
    await asyncio.sleep(0)
    await supervisor.stop("room", grace_seconds=1)
