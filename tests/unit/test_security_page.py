"""Every row of docs/security.md names code and tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    line
    for line in (ROOT / "docs/security.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| promise", "| attack |"))
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:60])
def test_what_a_promise_names_is_there(row: str) -> None:
    named = re.findall(r"`([^` ]+\.py)::(test_\w+)`", row)
    assert named
    for file, test in named:
        assert re.search(rf"def {test}\(", (ROOT / "tests" / file).read_text()), f"{file} has no {test}"
    for place in re.findall(r"`((?:bus|models|workers|bot|web|scripts|deploy)/[^` ]*)`", row):
        assert (ROOT / place).exists(), place


def test_every_attack_in_the_folder_of_attacks_is_in_it() -> None:
    page = (ROOT / "docs/security.md").read_text()
    files = (ROOT / "tests/integration/web/attacks").glob("test_*.py")
    assert [file.name for file in files if f"attacks/{file.name}::" not in page] == []
