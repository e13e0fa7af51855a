"""What was taken from npm is what vendor.json says: nothing changed by hand, nothing without a licence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[2]
_PACKAGES: list[dict[str, Any]] = json.loads((_ROOT / "vendor.json").read_text())["packages"]


@pytest.mark.parametrize("package", _PACKAGES, ids=[package["name"] for package in _PACKAGES])
def test_every_file_is_the_recorded_one_and_its_licence_lies_beside_it(package: dict[str, Any]) -> None:
    folder = _ROOT / package["into"]
    recorded = {Path(name).name: hash_ for name, hash_ in package["files"].items()}
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()} == recorded
    assert "LICENSE" in recorded
    assert package["licence"]
    assert package["integrity"].startswith("sha512-")


def test_nothing_lies_in_a_vendor_folder_that_is_not_recorded() -> None:
    folders = {path for root in ("web/static/vendor", "tests/vendor") for path in (_ROOT / root).iterdir()}
    assert folders == {_ROOT / package["into"] for package in _PACKAGES}
