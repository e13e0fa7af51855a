from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from bot.snapshots import MemberLists

ONE, TWO = UUID(int=1), UUID(int=2)


def members(count: int) -> list[dict[str, Any]]:
    return [{"user": {"id": str(number + 1), "username": f"u{number}"}, "roles": []} for number in range(count)]


def chunk(snapshot: UUID, index: int, count: int, size: int) -> dict[str, Any]:
    return {
        "nonce": snapshot.hex,
        "guild_id": "1",
        "chunk_index": index,
        "chunk_count": count,
        "members": members(size),
    }


def test_a_chunk_is_published_in_parts_of_500_and_the_last_one_says_so() -> None:
    lists = MemberLists()
    lists.want("1", ONE)
    first = lists.take(chunk(ONE, 0, 2, 1000)) or []
    last = lists.take(chunk(ONE, 1, 2, 700)) or []
    assert [(part.part, len(part.members), part.complete) for part in first] == [(0, 500, False), (1, 500, False)]
    assert [(part.part, len(part.members), part.complete) for part in last] == [(2, 500, False), (3, 200, True)]


def test_a_list_with_a_missing_chunk_is_never_complete() -> None:
    lists = MemberLists()
    lists.want("1", ONE)
    parts = [*(lists.take(chunk(ONE, 0, 3, 1)) or []), *(lists.take(chunk(ONE, 2, 3, 1)) or [])]
    assert not any(part.complete for part in parts)


def test_chunks_that_nobody_here_asked_for_are_left_alone() -> None:
    assert MemberLists().take(chunk(ONE, 0, 1, 1)) is None


def test_a_newer_request_takes_the_place_of_the_older() -> None:
    lists = MemberLists()
    lists.want("1", ONE)
    lists.want("1", TWO)
    assert lists.take(chunk(ONE, 0, 1, 1)) is None
    assert lists.take(chunk(TWO, 0, 1, 1)) is not None


async def test_an_unanswered_request_is_sent_again_after_a_resume() -> None:
    asked: list[tuple[str, str]] = []
    twice = asyncio.Event()

    async def ask(guild_id: str, nonce: str) -> None:
        asked.append((guild_id, nonce))
        if len(asked) == 1:
            raise OSError("the connection broke")
        twice.set()

    lists = MemberLists()
    lists.want("1", ONE)
    lists.ask_again()
    running = asyncio.create_task(lists.run(ask))
    await asyncio.wait_for(twice.wait(), 1)
    running.cancel()
    assert asked == [("1", ONE.hex)] * 2
