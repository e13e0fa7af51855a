"""What is made of pip-audit's report: nothing is claimed of what it could not look at."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.vulnerabilities import CLEAN, FOUND, NOT_LOOKED_AT, verdict

SOUND = {"name": "click", "version": "8.5.1", "vulns": []}
UNKNOWN = {"name": "redis", "skip_reason": "Dependency not found on PyPI and could not be audited: redis (7.4.1)"}
FLAWED = {"name": "jinja2", "version": "3.1.5", "vulns": [{"id": "PYSEC-2025-1", "fix_versions": ["3.1.6"]}]}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([SOUND, SOUND], CLEAN, ["2 of 2 packages were looked at."]),
        ([SOUND, UNKNOWN], NOT_LOOKED_AT, ["1 of 2 packages were looked at."]),
        ([UNKNOWN], NOT_LOOKED_AT, ["0 of 1 packages were looked at."]),
        (
            [SOUND, UNKNOWN, FLAWED],
            FOUND,
            ["jinja2 3.1.5: PYSEC-2025-1, mended in 3.1.6", "2 of 3 packages were looked at."],
        ),
    ],
)
def test_a_report_ends_in_what_is_known(packages: list[dict[str, Any]], code: int, said: list[str]) -> None:
    assert verdict(packages) == (code, said)
