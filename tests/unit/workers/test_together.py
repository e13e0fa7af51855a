import asyncio
from collections.abc import Mapping, Sequence

import pytest

from workers.together import Together


class Lengths:
    """Knows the length of every word but "secret"."""

    def __init__(self) -> None:
        self.statements: list[Sequence[str]] = []
        self.error: Exception | None = None
        self.begun = asyncio.Event()

    async def __call__(self, words: Sequence[str]) -> Mapping[str, int]:
        self.statements.append(words)
        self.begun.set()
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return {word: len(word) for word in words if word != "secret"}


async def test_what_is_asked_at_the_same_time_is_one_statement_with_each_key_once() -> None:
    lengths = Lengths()
    together = Together(lengths)
    answers = await asyncio.gather(together.ask(["a", "bb"]), together.ask(["bb", "secret"]), together.ask(["ccc"]))
    assert answers == [{"a": 1, "bb": 2}, {"bb": 2}, {"ccc": 3}]
    assert lengths.statements == [["a", "bb", "secret", "ccc"]]


async def test_a_later_question_is_asked_anew() -> None:
    lengths = Lengths()
    together = Together(lengths)
    assert await together.ask(["a"]) == await together.ask(["a"]) == {"a": 1}
    assert lengths.statements == [["a"], ["a"]]


async def test_a_question_that_comes_while_others_are_answered_is_a_statement_of_its_own() -> None:
    lengths = Lengths()
    together = Together(lengths)
    first = asyncio.create_task(together.ask(["a"]))
    await lengths.begun.wait()
    assert await together.ask(["bb"]) == {"bb": 2}
    assert await first == {"a": 1}
    assert lengths.statements == [["a"], ["bb"]]


async def test_nothing_asked_is_nothing_stated() -> None:
    lengths = Lengths()
    assert await Together(lengths).ask([]) == {}
    assert lengths.statements == []


async def test_a_failure_reaches_all_who_asked_and_none_who_ask_next() -> None:
    lengths = Lengths()
    together = Together(lengths)
    lengths.error = OSError("away")
    answers = await asyncio.gather(together.ask(["a"]), together.ask(["bb"]), return_exceptions=True)
    assert answers == [lengths.error, lengths.error]
    lengths.error = None
    assert await together.ask(["a"]) == {"a": 1}


async def test_one_who_stops_waiting_takes_nothing_from_the_others() -> None:
    together = Together(Lengths())
    impatient = asyncio.create_task(together.ask(["a"]))
    patient = asyncio.create_task(together.ask(["bb"]))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == {"bb": 2}
    with pytest.raises(asyncio.CancelledError):
        await impatient
