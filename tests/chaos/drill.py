"""The run: one fault after another under a steady load, then quiet, then the books."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from tests.chaos.faults.fault import Fault
from tests.chaos.platform import Platform
from tests.chaos.reading import read_books
from tests.chaos.verdict import Verdict, judge

__all__ = ["Happened", "Result", "drill"]

_WARM_UP_SECONDS = 2.0
_PATIENCE_SECONDS = 2.5  # dense enough for a hundred faults in ten minutes
_BACK_SECONDS = 120.0
_DRAIN_SECONDS = 420.0
_ANSWERS_SECONDS = 100.0
_BOOK_SECONDS = 3.0
_LOOK_SECONDS = 0.1
_QUIET_SECONDS = 3.0
_PAUSE_SECONDS = 0.5


@dataclass(slots=True)
class Happened:
    """One fault: how long it was until everything worked again, from the injection on; None where it never did."""

    fault: Fault
    at: float
    lasted_seconds: float = 0.0
    recovered_seconds: float | None = None
    trouble: str = ""


@dataclass(slots=True)
class Result:
    seconds: float
    rate: float
    verdict: Verdict
    happened: list[Happened]
    issued: dict[str, int] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)
    tried_again: int = 0
    resumed: int = 0
    resets: int = 0
    events: int = 0
    drained_seconds: float = 0.0


async def drill(made: Platform, faults: Iterator[Fault], *, seconds: float) -> Result:
    """Runs for so many seconds, drains, and compares the books."""
    load, loop = made.load, asyncio.get_running_loop()
    assert load is not None
    began = loop.time()
    watching = [asyncio.create_task(load.watch()), asyncio.create_task(_keep_the_book(made))]
    loading = asyncio.create_task(load.run(began + seconds))
    happened: list[Happened] = []
    recovering: set[asyncio.Task[None]] = set()
    try:
        await asyncio.sleep(_WARM_UP_SECONDS)
        while loop.time() < began + seconds - _PATIENCE_SECONDS:
            one = Happened(next(faults), loop.time() - began)
            happened.append(one)
            await _inject(made, one)
            recovery = asyncio.create_task(_recovery(made, one, began + one.at))
            recovering.add(recovery)
            recovery.add_done_callback(recovering.discard)
            await asyncio.wait({recovery}, timeout=_PATIENCE_SECONDS)
            await asyncio.sleep(_PAUSE_SECONDS)
        await loading
        if recovering:
            await asyncio.wait(recovering)
        drained = await _drain(made)
    finally:
        for task in (*watching, loading, *recovering):
            task.cancel()
        await asyncio.gather(*watching, loading, *recovering, return_exceptions=True)
    for client in made.sessions:
        await client.end()
    allowed = sum(one.fault.doubts for one in happened)
    books = await read_books(made)
    return Result(
        seconds=seconds,
        rate=load.rate,
        verdict=judge(books, doubts_allowed=allowed),
        happened=happened,
        issued=dict(load.issued),
        given_up=load.given_up,
        tried_again=load.tried_again,
        resumed=sum(session.resumed for session in books.sessions),
        resets=sum(session.resets for session in books.sessions),
        events=sum(len(session.seen) for session in books.sessions),
        drained_seconds=drained,
    )


async def _inject(made: Platform, one: Happened) -> None:
    began = time.monotonic()
    try:
        async with one.fault.act(made):
            await asyncio.sleep(one.fault.seconds)
    except Exception as error:
        one.trouble = f"{type(error).__name__}: {error}"
    one.lasted_seconds = time.monotonic() - began
    _say(f"{one.at:6.1f} s  {one.fault.name}, {one.lasted_seconds:.1f} s {one.trouble}")


async def _recovery(made: Platform, one: Happened, injected_at: float) -> None:
    """Until everything works, and what was accepted until the fault was over has ended."""
    loop = asyncio.get_running_loop()
    healed_at, healed = loop.time(), time.monotonic()
    assert made.load is not None
    said = ""
    while loop.time() < healed_at + _BACK_SECONDS:
        try:
            said = await made.trouble()
            if not said and not made.load.caught_up_with(healed):
                said = f"{made.load.waiting} commands wait, the oldest for {made.load.oldest_waiting_seconds():.0f} s"
        except Exception as error:  # the sandbox or the database does not answer yet
            said = f"{type(error).__name__}: {error}"
        if not said:
            one.recovered_seconds = loop.time() - injected_at
            return
        await asyncio.sleep(_LOOK_SECONDS)
    one.trouble = f"{one.trouble} {said}"
    _say(f"        {one.fault.name}: not recovered after {_BACK_SECONDS:.0f} s: {said}")


async def _drain(made: Platform) -> float:
    """Until everything that the ledger knows has ended, and no message waits for anybody."""
    assert made.load is not None
    began = time.monotonic()
    left = (
        "SELECT count(*) FILTER (WHERE settled_at IS NULL) AS unfinished, "
        "count(*) FILTER (WHERE source = 'bot' AND delivered_at IS NULL) AS unanswered FROM commands"
    )
    while time.monotonic() < began + _DRAIN_SECONDS:
        with suppress(Exception):  # a database that is not back yet is asked again
            await made.load.look()
            (row,) = await made.load.ways.database.fetch(left)
            late = time.monotonic() > began + _ANSWERS_SECONDS
            quiet = row["unfinished"] == 0 and made.load.waiting == 0 and (late or row["unanswered"] == 0)
            if quiet and await made.cluster.waiting_messages() == 0:
                break
        await asyncio.sleep(_LOOK_SECONDS)
    took = time.monotonic() - began
    _say(f"drained in {took:.1f} s")
    await asyncio.sleep(_QUIET_SECONDS)  # what ended last is still to be published and shown
    return took


async def _keep_the_book(made: Platform) -> None:
    """The sandbox forgets its oldest rows."""
    while True:
        with suppress(Exception):
            await made.discord.read_book()
        await asyncio.sleep(_BOOK_SECONDS)


def _say(words: str) -> None:
    sys.stderr.write(words + "\n")
