"""What every answer is held against. schemathesis' own processes find it by SCHEMATHESIS_HOOKS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis.checks import CheckContext, not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ensure_resource_availability,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

__all__ = ["CHECKS", "REFUSED", "WELL_FORMED", "numbers_that_javascript_can_count", "what_was_made_is_there"]

REFUSED = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "428"]
"""The statuses of which each says no to something that was sent."""

WELL_FORMED = ["2xx", "304", "401", "403", "404", "409", "412", "422"]
"""What can be answered to what is well formed: it may name a member who left, a taken name, or an option unknown."""

_MOST = 2**53
_KEY = re.compile(r"[!-~]{1,128}")


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """A valid Idempotency-Key is a new one each time: the same would be the same request, and be answered as such."""
    if _KEY.fullmatch(case.headers.get("Idempotency-Key", "")):
        case.headers["Idempotency-Key"] = uuid4().hex


@schemathesis.check
def numbers_that_javascript_can_count(ctx: CheckContext, response: Response, case: Case) -> None:
    """No number above 2^53 stands in JSON: a browser would round it, and an id would be another's."""
    documents = _json_in(response)
    large = next((number for number in _numbers(documents) if abs(number) > _MOST), None)
    assert large is None, f"{large} is a number in JSON that a browser rounds"


@schemathesis.check
def what_was_made_is_there(ctx: CheckContext, response: Response, case: Case) -> bool | None:
    """As schemathesis' own, but for what was only accepted (202): workers make it, and none is running here."""
    parent = ctx.internals.find_parent(case_id=case.id)
    made = None if parent is None else ctx.internals.find_response(case_id=parent.id)
    if made is not None and made.status_code == 202:
        return None
    return ensure_resource_availability(ctx, response, case)


def _json_in(response: Response) -> list[Any]:
    """The JSON documents in an answer: none, one, or one a line."""
    media = response.headers.get("content-type", [""])[0].partition(";")[0]
    if media == "application/x-ndjson":
        return [json.loads(line) for line in response.text.splitlines()]
    return [response.json()] if media.endswith("json") and response.content else []


def _numbers(value: Any) -> Iterator[float]:
    match value:
        case bool():
            return
        case int() | float():
            yield value
        case dict():
            for inner in value.values():
                yield from _numbers(inner)
        case list():
            for inner in value:
                yield from _numbers(inner)


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    numbers_that_javascript_can_count,
]
