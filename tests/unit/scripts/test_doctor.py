"""The doctor's judgement, without anything to look at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from scripts.data_dir import DataDir
from scripts.doctor.configuration import check_settings
from scripts.doctor.machine import check_data_dir, check_packages, pins
from scripts.doctor.services import skew_finding
from scripts.running import DataDirLock, Running

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PINNED = """\
click==8.5.1 \\
    --hash=sha256:00
    # via guildbus
deprecated==1.3.1 ; python_version < '3' \\
    --hash=sha256:01
deprecated==3.0.1 ; python_version >= '3' \\
    --hash=sha256:02
"""


def test_pins_are_those_for_this_python() -> None:
    assert pins(PINNED) == [("click", "8.5.1"), ("deprecated", "3.0.1")]


@pytest.mark.parametrize(
    ("installed", "verdict"),
    [
        ({"click": "8.5.1", "deprecated": "3.0.1"}, "ok"),
        ({"click": "8.5.1", "deprecated": "1.3.1"}, "wrong"),
        ({"click": "8.5.1"}, "wrong"),
        ({}, "wrong"),
    ],
)
def test_packages_must_be_as_pinned(tmp_path: Path, installed: dict[str, str], verdict: str) -> None:
    def version_of(name: str) -> str:
        if name not in installed:
            raise PackageNotFoundError(name)
        return installed[name]

    file = tmp_path / "runtime.txt"
    file.write_text(PINNED)
    assert check_packages(file, version_of).verdict == verdict


def test_an_image_has_no_requirements_to_compare(tmp_path: Path) -> None:
    assert check_packages(tmp_path / "runtime.txt").verdict == "skipped"


@pytest.mark.parametrize(("seconds", "verdict"), [(0, "ok"), (-1.5, "ok"), (30, "wrong"), (-30, "wrong")])
def test_clocks_must_agree(seconds: float, verdict: str) -> None:
    finding = skew_finding(NOW + timedelta(seconds=seconds), NOW)
    assert finding.verdict == verdict
    if verdict == "wrong":
        assert ("ahead of" in finding.detail) == (seconds > 0)


def test_a_data_directory_says_who_uses_it(tmp_path: Path) -> None:
    directory = DataDir(tmp_path)
    assert "not in use" in check_data_dir(directory).detail
    lock = DataDirLock(directory.lock_file)
    lock.acquire(Running(pid=7, what="guildbus up"))
    assert "process 7" in check_data_dir(directory).detail
    lock.release()
    assert "will be made" in check_data_dir(DataDir(tmp_path / "new")).detail


def test_settings_are_told_with_what_is_wrong_with_each() -> None:
    assert [finding.verdict for finding in check_settings({}, None)] == ["ok"]
    found = check_settings({"PORT": "many", "LOG_LEVEL": "LOUD", "RATE_PER_GILD": "5"}, None)
    assert {finding.verdict for finding in found} == {"wrong"}
    assert [finding.detail.split()[0] for finding in found] == ["LOG_LEVEL", "PORT", "RATE_PER_GILD"]
    assert "RATE_PER_GUILD" in found[-1].detail


def test_a_room_by_itself_lacks_what_the_platform_would_embed() -> None:
    found = check_settings({"PROFILE": "production", "AMQP_URL": "amqp://guest:planted@broker"}, "workers")
    assert {finding.detail.split()[0] for finding in found} == {"AMQP_URL", "DATABASE_URL", "DISCORD_TOKEN"}
    assert "planted" not in str(found)
