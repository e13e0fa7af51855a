"""A worker is killed at each step of a command's life, for each kind of effect: nothing is lost, nothing done twice."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from models.outcome import FINAL_STATES
from sandbox.settings import SandboxSettings
from tests.chaos.crashes import EFFECTS, STEPS, Books, run_crashes
from tests.integration.sandbox.running_sandbox import running
from tests.rabbitmq import Vhost

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

# An effect that may have happened and can't be looked up is never repeated.
IN_DOUBT = {("at_most_once", "claimed"), ("at_most_once", "effected")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def books(rabbitmq_vhost: Vhost, database_url: str) -> AsyncIterator[Books]:
    async with running(SandboxSettings(enforce_limits=False)) as sandbox:
        yield await run_crashes(rabbitmq_vhost, database_url, sandbox.world)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("effect", EFFECTS)
async def test_killed_at(books: Books, effect: str, step: str) -> None:
    command = books.commands[effect, step]
    row = books.ledger[command.id]
    expected = "in_doubt" if (effect, step) in IN_DOUBT else "succeeded"
    assert row["state"] == expected, row["outcome"]

    trail = books.audit[command.id]
    # An attempt that was put off, because many calls to Discord waited already, is no end.
    outcomes = [json.loads(entry["detail"])["state"] for entry in trail if entry["phase"] == "outcome"]
    assert [state for state in outcomes if state != "retrying"] == [expected], "one end in the audit trail"
    if effect not in ("pure", "transactional"):
        assert trail[0]["phase"] == "intent", "the intent was written before anything happened"

    events = books.events[command.id]
    last = [event for event in events if event.data["state"] in FINAL_STATES]
    assert {event.type for event in last} == {f"command.{expected}"}
    assert len({event.id for event in last}) == 1, "what is published again is recognised by its id"
    assert last[0].data["revision"] == row["revision"]

    assert happened(books, effect, command) == (0 if (effect, step) == ("at_most_once", "claimed") else 1)


def happened(books: Books, effect: str, command) -> int:
    """How often it took effect, by the book of whoever it happened to."""
    match effect:
        case "pure":
            return 1
        case "transactional":
            return books.warnings.get(command.id, 0)
        case "at_most_once":
            name = command.options["url"].rpartition("/")[2]
            return sum(name in str(entry) for entry in books.effects)
        case "nonce":
            mine = [entry for entry in books.effects if command.options["text"] == (entry["body"] or {}).get("content")]
            return sum(entry["duplicate_of"] is None for entry in mine)
        case _:
            mine = [entry for entry in books.effects if str(command.id) in (entry["reason"] or "")]
            return sum(entry["changed"] for entry in mine)
