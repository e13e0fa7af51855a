"""docs/api.md says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from models.api_keys import SCOPES
from web.api.operations import OPERATIONS
from web.problems import PROBLEMS

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "api.md").read_text()


def test_every_code_is_listed_with_its_status_and_words() -> None:
    listed = re.findall(r"^\| (\d{3}) \| `(\w+)` \| (.+) \|$", TEXT, re.MULTILINE)
    assert [(int(status), code, title) for status, code, title in listed] == [
        (kind.status, code, kind.title) for code, kind in PROBLEMS.items()
    ]


def test_every_scope_is_listed() -> None:
    assert set(re.findall(r"`([a-z-]+:[a-z]+)`", TEXT)) == set(SCOPES)


def test_every_resource_has_its_example() -> None:
    shown = set(re.findall(r"\$API/(?:guilds/\$GUILD/)?([a-z-]+)", TEXT)) | {"me", "events", "commands"}
    assert {operation.tag for operation in OPERATIONS} <= shown | {"checks"}
