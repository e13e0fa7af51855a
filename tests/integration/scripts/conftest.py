"""Directories that other users may enter, for PostgreSQL and RabbitMQ run as such where the tests run as root."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.scripts.running_platform import Platform

Start = Callable[..., Platform]


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="guildbus scripts "))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts platforms that are ended after the test."""
    started: list[Platform] = []

    def start_one(data_dir: Path, *words: str, environ: dict[str, str] | None = None) -> Platform:
        started.append(Platform(data_dir, *words, environ=environ))
        return started[-1]

    yield start_one
    for platform in started:
        platform.end()


@pytest.fixture(scope="package")
def platform(folder: Path) -> Iterator[Platform]:
    """One embedded platform for all tests that only ask it something."""
    running = Platform(folder / "shared", "--port", "0")
    try:
        running.ready()
        yield running
    finally:
        running.end()
