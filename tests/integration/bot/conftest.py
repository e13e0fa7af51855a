"""Discord's stand-in in the process of the test; the real broker and database where a test asks for them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.bot.running_bot import World, running_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running_world() as one:
        yield one
