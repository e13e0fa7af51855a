"""Statements wait for the database, and the log of that is short."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from loguru import logger

from bus.clock import SystemClock
from models.errors import DatabaseUnavailable
from workers.outages import Outage
from workers.until_done import UntilDone


@pytest.fixture
def told() -> Iterator[list[tuple[str, str]]]:
    """Level and text of what is logged from INFO on."""
    lines: list[tuple[str, str]] = []

    def take(line: object) -> None:
        level, _, text = str(line).partition(" ")
        lines.append((level, text))

    sink = logger.add(take, level="INFO", format="{level} {message}{exception}")
    yield lines
    logger.remove(sink)


async def test_a_statement_is_awaited_and_repeated_until_it_goes_through():
    asked = []

    async def statement(number: int) -> str:
        asked.append(number)
        if len(asked) < 3:
            raise ConnectionError("away")
        return "done"

    assert await UntilDone(SystemClock())("It", lambda: statement(1)) == "done"
    assert len(asked) == 3


async def test_an_outage_is_one_line_when_it_begins_and_one_when_it_is_over(told: list[tuple[str, str]]):
    until_done, away = UntilDone(SystemClock()), True

    async def statement() -> str:
        await asyncio.sleep(0)
        if away:
            raise DatabaseUnavailable("nobody answers")
        return "done"

    for _ in range(2):
        away = True
        waiting = [asyncio.create_task(until_done(f"{n} claims", statement)) for n in range(20)]
        await asyncio.sleep(0.3)
        away = False
        assert await asyncio.gather(*waiting) == ["done"] * 20
        assert await until_done("another claim", statement) == "done"
        [gone, back] = told
        assert gone == (
            "ERROR",
            "The database is away, and what needs it waits: DatabaseUnavailable: nobody answers\n",
        )
        assert back[0] == "WARNING"
        assert back[1].startswith("The database is back after 0.")
        assert back[1].endswith("for which 20 statements waited\n")
        told.clear()


async def test_what_is_no_outage_is_told_with_its_trace(told: list[tuple[str, str]]):
    asked = []

    async def statement() -> None:
        asked.append(1)
        if len(asked) == 1:
            raise KeyError("state")

    await UntilDone(SystemClock())("A claim", statement)
    [(level, text)] = told
    assert level == "ERROR"
    assert text.startswith("A claim could not be done, trying again")
    assert "Traceback" in text


def test_a_loop_tells_an_outage_once_and_a_defect_each_time(told: list[tuple[str, str]]):
    outage = Outage("The heartbeat could not be written")
    outage.over()
    for reason in ("refused", "starting up"):
        outage.failed(DatabaseUnavailable(reason))
    outage.over()
    outage.over()
    assert told == [
        ("WARNING", "The heartbeat could not be written, for now: DatabaseUnavailable: refused\n"),
        ("INFO", "The heartbeat could not be written: that is over\n"),
    ]
    told.clear()
    for _ in range(2):
        outage.failed(KeyError("x"))
    assert [level for level, _ in told] == ["ERROR", "ERROR"]
