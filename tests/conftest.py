"""For all tests: unit tests open no sockets, and a library's own warnings are no errors of ours."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket

with warnings.catch_warnings():
    # The library imports audioop, which is gone in Python 3.13; nothing here uses its voice part.
    warnings.simplefilter("ignore", DeprecationWarning)
    import interactions  # noqa: F401

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
