"""For all tests: servers once for each process of pytest, who runs with whom, nothing left open, and no sockets in unit
tests."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket

from tests.left_open import pytest_runtest_teardown
from tests.postgres import database, database_url, empty_database_url, migrated_template, postgres_server
from tests.rabbitmq import rabbitmq_node, rabbitmq_vhost
from tests.together import pytest_collection_modifyitems, pytest_xdist_make_scheduler

with warnings.catch_warnings():
    # The library imports audioop, which is gone in Python 3.13; nothing here uses its voice part.
    warnings.simplefilter("ignore", DeprecationWarning)
    import interactions  # noqa: F401

# A fixture is made once where it is named once: imported into several conftest.py files, it is several fixtures.
__all__ = [
    "database", "database_url", "empty_database_url", "migrated_template", "postgres_server",
    "pytest_collection_modifyitems", "pytest_runtest_teardown", "pytest_xdist_make_scheduler", "rabbitmq_node",
    "rabbitmq_vhost",
]  # fmt: skip

_UNIT = Path(__file__).parent / "unit"


@pytest.fixture(autouse=True)
def no_sockets_in_unit_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    if _UNIT not in request.path.parents:
        yield
        return
    # The event loop's own pair of unix sockets stays allowed.
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()
