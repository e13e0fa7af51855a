"""Running a batched statement so that one bad row fails alone and a deadlock is tried again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from loguru import logger

from bus.errors import InvalidMessage
from models.sqlstate import is_deadlock, is_unfit

__all__ = ["again_on_deadlock", "each_or_problem", "settled_apart"]

DEADLOCK_TRIES = 5

Item = TypeVar("Item")
Row = TypeVar("Row")
Result = TypeVar("Result")


async def again_on_deadlock(run: Callable[[], Awaitable[Result]]) -> Result:
    """The result of `run`, a whole transaction, tried up to five times when PostgreSQL ends it for a deadlock."""
    for tried in range(1, DEADLOCK_TRIES):
        try:
            return await run()
        except Exception as error:
            if not is_deadlock(error):
                raise
            logger.warning("a deadlock in the ledger, try {} of {}", tried, DEADLOCK_TRIES)
            await asyncio.sleep(random.uniform(0.005, 0.05) * tried)  # noqa: S311 - jitter, no secret
    return await run()


async def settled_apart(
    items: Sequence[Item],
    run: Callable[[Sequence[Item]], Awaitable[list[Result]]],
    refuse: Callable[[Item, str], Result],
) -> list[Result]:
    """`run(items)`; where a value in it fails the whole statement, halves of it, down to the one that is at fault.

    That one's result is `refuse(item, why)`. `run` is one transaction that wrote nothing where it raised.
    """
    if not items:
        return []
    try:
        return await again_on_deadlock(lambda: run(items))
    except Exception as error:
        if not is_unfit(error):
            raise
        if len(items) == 1:
            return [refuse(items[0], str(error))]
    middle = len(items) // 2
    first = await settled_apart(items[:middle], run, refuse)
    return first + await settled_apart(items[middle:], run, refuse)


def each_or_problem(items: Sequence[Item], make: Callable[[Item], Row]) -> tuple[list[Row], list[tuple[Item, str]]]:
    """Rows for those that can be written as JSON, and the others with the reason."""
    rows: list[Row] = []
    problems: list[tuple[Item, str]] = []
    for item in items:
        try:
            rows.append(make(item))
        except (InvalidMessage, TypeError, ValueError, OverflowError, RecursionError, NotImplementedError) as error:
            problems.append((item, str(error)))
    return rows, problems
