from __future__ import annotations

import asyncio

import pytest
from aiormq.exceptions import ChannelInvalidStateError

from bus._rabbitmq_errors import VENDOR_ERRORS, closed_is_an_error, ignoring_failures, opening
from bus.errors import AccessRefused


@pytest.mark.parametrize(
    "error", [asyncio.CancelledError(), Exception(), StopAsyncIteration(), KeyError("capabilities"), ValueError()]
)
async def test_whatever_the_library_fails_with_while_opening_can_be_caught(error: BaseException) -> None:
    with pytest.raises(VENDOR_ERRORS) as caught, opening():
        raise error
    assert caught.value.__cause__ is error
    with ignoring_failures():
        raise error


@pytest.mark.parametrize("error", [AccessRefused("no"), ChannelInvalidStateError(), TimeoutError()])
async def test_what_says_more_is_left_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, opening():
        raise error
    assert caught.value is error


async def test_a_value_that_amqp_cannot_carry_is_told_from_a_closed_connection() -> None:
    with pytest.raises(ValueError, match="too long"), closed_is_an_error():
        raise ValueError("too long")


async def test_a_cancellation_of_ones_own_stays_one() -> None:
    async def wait() -> None:
        with opening():
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
