"""A sandbox in the process of the test, and the bot that talks to it with the unmodified library."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator

import pytest

with warnings.catch_warnings():
    # The library imports audioop, which is gone in Python 3.13; nothing here uses its voice part.
    warnings.simplefilter("ignore", DeprecationWarning)
    import interactions  # noqa: F401

from tests.integration.bot.running_bot import World, running_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running_world() as one:
        yield one
