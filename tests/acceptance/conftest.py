"""The platform on each of its brokers, once for a module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.acceptance.platform import Platform, started

_FLAGS = {"embedded": (), "rabbitmq": ("--rabbitmq",)}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=list(_FLAGS))
async def platform(request: pytest.FixtureRequest) -> AsyncIterator[Platform]:
    async with started(*_FLAGS[request.param]) as one:
        yield one
