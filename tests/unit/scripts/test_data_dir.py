"""Secrets are made once and readable by their owner alone."""

from __future__ import annotations

from pathlib import Path

from scripts.data_dir import DataDir


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    directory = DataDir(tmp_path / "data")
    directory.create()
    assert directory.read_secret("session") is None
    first = directory.secret("session")
    assert len(first) >= 32
    assert directory.secret("session") == first == directory.read_secret("session")
    assert directory.secret("other") != first


def test_nobody_else_reads_a_secret(tmp_path: Path) -> None:
    directory = DataDir(tmp_path)
    directory.secret("session")
    file = directory.secret_file("session")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_kept_secret_replaces_the_one_before(tmp_path: Path) -> None:
    directory = DataDir(tmp_path)
    directory.keep_secret("key", "one")
    directory.keep_secret("key", "two")
    assert directory.read_secret("key") == "two"
    assert [path.name for path in directory.secret_file("key").parent.iterdir()] == ["key"]
