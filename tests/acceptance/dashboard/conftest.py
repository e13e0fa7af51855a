"""One running platform and one browser for every test of the dashboard."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.acceptance.browser import Desk, opened
from tests.acceptance.platform import Platform, person, started


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def platform() -> AsyncIterator[Platform]:
    async with started(OPERATORS=person("owner")) as one:
        yield one


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser(platform: Platform) -> AsyncIterator[Desk]:
    async with opened(platform) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Desk) -> AsyncIterator[Desk]:
    """The browser; at the end its windows are closed, and nothing may have been complained about."""
    yield browser
    await browser.close_windows()
    complaints, browser.complaints = browser.complaints, []
    assert complaints == []
