"""Which tests pytest-xdist gives to one process (`--dist loadgroup`), and in which order.

A file's tests stay together, and so do the folders' whose tests share a running platform, which would else be started
once in every process. What takes longest comes first, so that all processes end at about the same time.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

__all__ = ["group_of", "pytest_collection_modifyitems", "pytest_xdist_make_scheduler"]

# By the beginning of a test's id; the longest first.
_SHARING = (
    "tests/acceptance/dashboard/",
    "tests/acceptance/",
    "tests/integration/scripts/",
    "tests/integration/web/attacks/",
)
_LONG = (
    "tests/integration/bus/test_a_node_that_restarts.py",
    "tests/chaos/test_crash_at_each_step.py",
    "tests/integration/web/test_the_whole_specification.py",
    "tests/integration/workers/test_replies.py",
    "tests/integration/models/test_embedded.py",
)
_ORDER = {group: place for place, group in enumerate((*_SHARING, *_LONG))}


def group_of(nodeid: str) -> str:
    """The folder or the file that a test is run with."""
    return next((folder for folder in _SHARING if nodeid.startswith(folder)), nodeid.partition("::")[0])


class Together(LoadScopeScheduling):
    """xdist's own scheduler of groups, with ours."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together | None:
    return Together(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order decides only who is begun first: `--no-loadscope-reorder` keeps xdist from making one of its own."""
    items.sort(key=lambda item: _ORDER.get(group_of(item.nodeid), len(_ORDER)))
