"""The table of operations says nothing that cannot be, and what follows from a row does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, get_args

import msgspec
import pytest
from starlette.datastructures import QueryParams

from web.api.accepting import accepts, matches_etag
from web.api.filters import CommandQuery
from web.api.operation import PATH_PARAMETERS, Operation, problems_of
from web.api.operations import OPERATIONS
from web.api.queries import read_query
from web.api.serving import api_routes
from web.authorization import Action
from web.problems import PROBLEMS, Problem

by_id = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)


def structs(operation: Operation) -> list[Any]:
    return [kind for kind in (operation.query, operation.body) if kind is not None]


def test_each_operation_has_its_own_id_and_its_own_address() -> None:
    assert len({one.id for one in OPERATIONS}) == len(OPERATIONS)
    assert len({(one.method, one.path) for one in OPERATIONS}) == len(OPERATIONS)
    with pytest.raises(ValueError, match="two operations are GET"):
        api_routes([*OPERATIONS, replace(OPERATIONS[0], id="again")])


@by_id
def test_a_row_names_only_what_there_is(operation: Operation) -> None:
    assert set(operation.path_parameters) <= set(PATH_PARAMETERS)
    assert set(problems_of(operation)) <= set(PROBLEMS)
    assert operation.who.action is None or operation.who.action in get_args(Action)
    assert (operation.who.where == "guild") is ("{guild_id}" in operation.path)
    assert re.fullmatch(r"[a-z][A-Za-z]+", operation.id)
    assert operation.summary[0].isupper()
    assert not operation.summary.endswith(".")


@by_id
def test_what_may_be_asked_and_sent_refuses_unknown_fields(operation: Operation) -> None:
    for kind in structs(operation):
        assert kind.__struct_config__.forbid_unknown_fields, kind


@by_id
def test_every_list_goes_on_by_a_cursor(operation: Operation) -> None:
    if operation.id.startswith("list"):
        assert {"limit", "cursor"} <= set(operation.query.__struct_fields__)
        assert set(operation.answer.__origin__.__struct_fields__) == {"items", "next"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=7", {"limit": 7}),
        ("state=dead,failed", {"state": ["dead", "failed"]}),
        ("state=", {"state": []}),
        ("type=5", {"type": "5"}),
        ("fields=id,state", {"fields": ["id", "state"]}),
    ],
)
def test_a_query_is_read_into_its_types(query: str, expected: dict[str, Any]) -> None:
    read = msgspec.structs.asdict(read_query(QueryParams(query), CommandQuery))
    assert expected.items() <= read.items()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=ten", "limit"),
        ("limit=5.0", "limit"),
        ("limit=5&limit=6", "limit"),
        ("state=gone", "state"),
        ("colour=red", "colour"),
        ("since=yesterday", "since"),
        ("since=2026-01-01T00:00:00", "since"),
        ("type=" + "x" * 101, "type"),
        ("fields=", "fields"),
        ("fields=id,secret", "fields"),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused_by_name(query: str, field: str) -> None:
    with pytest.raises(Problem) as caught:
        read_query(QueryParams(query), CommandQuery)
    assert (caught.value.code, caught.value.extra.get("field")) == ("request_invalid", field)


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        (None, True),
        ("", True),
        ("*/*", True),
        ("application/json", True),
        ("text/html, application/*;q=0.1", True),
        ("text/html", False),
        ("application/json;q=0, */*", False),
        ("text/html, */*;q=0.0", False),
        ("APPLICATION/JSON; charset=utf-8", True),
        ("application/json;q=much", True),
    ],
)
def test_accept_is_read_as_the_standard_says(header: str | None, taken: bool) -> None:
    assert accepts(header, ("application/json",)) is taken


@pytest.mark.parametrize(
    ("header", "matches"),
    [(None, False), ('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"b"', False)],
)
def test_an_etag_is_compared_weakly(header: str | None, matches: bool) -> None:
    assert matches_etag(header, '"a"') is matches
