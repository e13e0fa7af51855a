"""A test that leaves a database open fails, and no other does: Tortoise's models use one for the whole process."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from tortoise import context

from tests.together import group_of

__all__ = ["pytest_runtest_teardown"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """Looks where a group of tests ends (tests/together.py), for one database may be a whole group's."""
    yield
    if nextitem is not None and group_of(nextitem.nodeid) == group_of(item.nodeid):
        return
    if context._global_context is not None:
        context._global_context = None  # it may belong to a loop that is closed: nothing can be awaited for it
        pytest.fail(f"a test of {group_of(item.nodeid)} left a Database open: see `connected` in tests/postgres.py")
