from __future__ import annotations

from workers.until_done import until_done


async def test_a_statement_is_awaited_and_repeated_until_it_goes_through():
    asked = []

    async def statement(number: int) -> str:
        asked.append(number)
        if len(asked) < 3:
            raise ConnectionError("away")
        return "done"

    assert await until_done("It", lambda: statement(1)) == "done"
    assert len(asked) == 3
