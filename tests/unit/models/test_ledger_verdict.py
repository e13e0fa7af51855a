from __future__ import annotations

from typing import Any

import pytest

from models.ledger_verdict import verdict_of

CASES: list[tuple[dict[str, Any], str]] = [
    ({"taken": True, "stored_state": "running"}, "fresh"),
    ({"taken": True, "stored_state": "succeeded", "target": "succeeded"}, "fresh"),
    ({"taken": True, "stored_state": "superseded"}, "superseded"),
    ({"taken": True, "stored_state": "superseded", "target": "superseded"}, "fresh"),
    ({"stored_state": None, "stored_attempt": None}, "unknown"),
    ({"stored_state": "succeeded"}, "finished"),
    ({"stored_state": "in_doubt"}, "finished"),
    ({"stored_state": "succeeded", "same": False}, "invalid"),
    ({"stored_state": "running"}, "held"),
    ({"stored_state": "running", "stored_attempt": 3}, "held"),
    ({"stored_state": "queued"}, "held"),
    ({"stored_state": "awaiting_approval"}, "waiting"),
    ({"stored_state": "retrying", "stored_attempt": 2}, "stale"),
    ({"stored_state": "retrying", "stored_attempt": 1}, "held"),
]


@pytest.mark.parametrize(("facts", "verdict"), CASES)
def test_each_row_has_one_verdict(facts: dict[str, Any], verdict: str) -> None:
    defaults = {"taken": False, "same": True, "stored_attempt": 1, "target": "running", "attempt": 1}
    assert verdict_of(**(defaults | facts)) == verdict
