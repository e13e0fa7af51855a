"""Every operation of the document, asked by several callers with what schemathesis makes up, valid and invalid.

`python -m tests.specification` asks for longer, and follows the document's links.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy, one_of
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.specification.checks import CHECKS, REFUSED
from tests.specification.document import LEFT_OUT, can_be_wrong
from tests.specification.room import Room, opened
from web.api.operations import OPERATIONS

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(600),
    # The worker beside it draws from `random` (jitter), which hypothesis takes for its strategies' doing.
    pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies"),
]

# What ends something comes last, and of that a logout everywhere: it ends the session of the browser that asks.
ASKED = [
    operation.id
    for operation in sorted(OPERATIONS, key=lambda one: (one.id == "endAllSessions", one.method == "DELETE"))
    if operation.id not in LEFT_OUT
]
_SETTINGS = settings(
    max_examples=3,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(database_url: str) -> AsyncIterator[Room]:
    async with opened(database_url) as one:
        yield one


@pytest.fixture(scope="module")
def document(room: Room) -> OpenApiSchema:
    document = schemathesis.openapi.from_dict(room.document)
    document.config.generation.with_security_parameters = False
    document.config.checks.negative_data_rejection.expected_statuses = REFUSED
    return document


@pytest.mark.parametrize("operation_id", ASKED)
async def test_every_answer_is_as_the_document_says(room: Room, document: OpenApiSchema, operation_id: str) -> None:
    operation = document.find_operation_by_id(operation_id)
    # The document's own example first, while everything is there that it needs.
    examples = operation.get_strategies_from_examples()
    answered = await asyncio.to_thread(ask, room, one_of(examples)) if examples else set()
    answered |= await asyncio.to_thread(ask, room, operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    if can_be_wrong(operation.definition.raw):
        answered |= await asyncio.to_thread(ask, room, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    assert any(status < 300 for status in answered), f"nobody got what they asked for: {sorted(answered)}"


def ask(room: Room, cases: SearchStrategy[Case]) -> set[int]:
    """Sends what is made up as each caller, and holds the answers against the document; returns their statuses."""
    statuses = set()

    @_SETTINGS
    @given(case=cases)
    def everybody(case: Case) -> None:
        for caller in room.callers:
            response = case.call(base_url=room.url, headers=dict(caller.headers))
            case.validate_response(response, checks=CHECKS)
            statuses.add(response.status_code)

    everybody()
    return statuses
