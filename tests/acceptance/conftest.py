"""The platform on each of its brokers, one after the other, for all modules that have none of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.acceptance.platform import Platform, started

_FLAGS = {"embedded": (), "rabbitmq": ("--rabbitmq",)}


@pytest_asyncio.fixture(scope="package", loop_scope="session", params=list(_FLAGS))
async def platform(request: pytest.FixtureRequest) -> AsyncIterator[Platform]:
    async with started(*_FLAGS[request.param]) as one:
        yield one
