"""A sandbox, and the unmodified clients that talk to it."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator

import hikari
import pytest
from hikari.impl.rest import RESTClientImpl
from running_sandbox import Sandbox, running

with warnings.catch_warnings():
    # The library imports audioop, which is gone in Python 3.13; nothing here uses its voice part.
    warnings.simplefilter("ignore", DeprecationWarning)
    import interactions  # noqa: F401


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running() as one:
        yield one


@pytest.fixture
async def rest(sandbox: Sandbox) -> AsyncIterator[RESTClientImpl]:
    app = hikari.RESTApp(url=sandbox.api, max_retries=0)
    await app.start()
    async with app.acquire(sandbox.world.settings.bot_token, hikari.TokenType.BOT) as client:
        yield client
    await app.close()
