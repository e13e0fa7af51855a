"""Answers kept for some seconds: one search for all who ask the same, and none of a failure."""

from __future__ import annotations

import asyncio

from tests.unit.bus.clocks import MovedClock
from web.kept import Kept


class Search:
    """Counts how often it was asked; answers once it may."""

    def __init__(self) -> None:
        self.asked = 0
        self.may = asyncio.Event()
        self.may.set()
        self.fails = False

    async def __call__(self) -> int:
        self.asked += 1
        answer = self.asked
        await self.may.wait()
        if self.fails:
            raise RuntimeError("nothing was found")
        return answer


async def test_an_answer_is_kept_until_its_time_is_over() -> None:
    clock, search = MovedClock(), Search()
    kept = Kept(clock)
    assert [await kept.get("key", 5, search) for _ in range(3)] == [1, 1, 1]
    assert await kept.get("other", 5, search) == 2
    clock.move(4.9)
    assert await kept.get("key", 5, search) == 1
    clock.move(0.2)
    assert await kept.get("key", 5, search) == 3


async def test_all_who_wait_share_one_search_even_where_the_first_hangs_up() -> None:
    search = Search()
    search.may.clear()
    kept = Kept(MovedClock())
    waiting = [asyncio.create_task(kept.get("key", 5, search)) for _ in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    search.may.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert (answers[1:], search.asked) == ([1] * 4, 1)


async def test_a_failure_is_told_to_all_who_wait_and_not_kept() -> None:
    search = Search()
    kept = Kept(MovedClock())
    search.fails = True
    failed = await asyncio.gather(*(kept.get("key", 5, search) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in failed] == [RuntimeError] * 3
    search.fails = False
    assert await kept.get("key", 5, search) == 2


async def test_the_oldest_go_where_there_are_too_many() -> None:
    search = Search()
    kept = Kept(MovedClock())
    for key in range(201):
        await kept.get(key, 5, search)
    assert await kept.get(200, 5, search) == 201
    assert await kept.get(0, 5, search) == 202
