"""Migrations are applied in the order of their numbers: two of one number would have none, nor would their states."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[3] / "models/migrations"


def test_each_migration_has_the_next_number() -> None:
    numbers = sorted(int(file.name.partition("_")[0]) for file in FOLDER.glob("[0-9]*.py"))
    assert numbers == list(range(len(numbers)))
