"""The OpenAPI document: valid, complete, and its examples are what the types and the schemas take."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from bus import codec
from web.api.examples import EXAMPLES, example_of
from web.api.openapi import openapi_document
from web.api.operation import PREFIX, Operation, problems_of
from web.api.operations import OPERATIONS
from web.problems import PROBLEMS

DOCUMENT = openapi_document(OPERATIONS)

by_id = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)


def described(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][PREFIX + operation.path][operation.method.lower()]
    return found


def check(schema: dict[str, Any], value: Any) -> None:
    jsonschema.validate(value, {**schema, "components": DOCUMENT["components"]}, jsonschema.Draft202012Validator)


def test_the_document_is_openapi_3_1() -> None:
    jsonschema.validate(DOCUMENT, OPENAPI_31, jsonschema.Draft202012Validator)
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_it_is_plain_json_and_no_name_is_a_programs() -> None:
    text = json.dumps(DOCUMENT)
    assert json.loads(text) == DOCUMENT
    assert "Listing" not in text
    assert "CommandViewList" in DOCUMENT["components"]["schemas"]


@by_id
def test_each_operation_is_described_with_what_follows_from_its_row(operation: Operation) -> None:
    shown = described(operation)
    assert shown["operationId"] == operation.id
    names = {parameter["name"] for parameter in shown["parameters"]}
    assert set(operation.path_parameters) | set(operation.query.__struct_fields__) <= names
    assert ("Idempotency-Key" in names) is (operation.method == "POST")
    assert ("If-Match" in names) is operation.versioned
    assert all(parameter["description"] for parameter in shown["parameters"])
    statuses = {str(PROBLEMS[code].status) for code in problems_of(operation)} | {str(operation.status)}
    assert set(shown["responses"]) - {"304"} == statuses
    assert "204" not in shown["responses"] or "content" not in shown["responses"]["204"]


@by_id
def test_each_operation_has_examples_that_its_types_and_schemas_take(operation: Operation) -> None:
    shown = described(operation)
    if operation.body is not None:
        content = shown["requestBody"]["content"]["application/json"]
        check(content["schema"], content["example"])
        assert codec.convert(content["example"], operation.body) == example_of(operation.body)
    if operation.answer is not None:
        content = shown["responses"][str(operation.status)]["content"]["application/json"]
        check(content["schema"], content["example"])
        assert codec.convert(content["example"], operation.answer) == example_of(operation.answer)
    for parameter in shown["parameters"]:
        if "example" in parameter:
            check(parameter["schema"], parameter["example"])


def test_no_example_is_of_nothing() -> None:
    used = {kind for one in OPERATIONS for kind in (one.body, one.answer)}
    used |= {kind.__args__[0] for kind in used if hasattr(kind, "__args__")}
    assert set(EXAMPLES) == {kind for kind in used if kind is not None and not hasattr(kind, "__args__")}


def test_what_was_made_links_to_what_can_be_done_with_it() -> None:
    issue = next(one for one in OPERATIONS if one.id == "issueCommand")
    links = described(issue)["responses"]["202"]["links"]
    assert links["getCommand"]["parameters"] == {
        "guild_id": "$request.path.guild_id", "command_id": "$response.body#/id",
    }  # fmt: skip
    listed = described(next(one for one in OPERATIONS if one.id == "listGuildUsers"))["responses"]["200"]["links"]
    assert set(listed) == {"getGuildUser", "listUserCases"}
    assert listed["getGuildUser"]["parameters"]["user_id"] == "$response.body#/items/0/id"
    ids = {one.id for one in OPERATIONS}
    for one in OPERATIONS:
        for response in described(one)["responses"].values():
            assert set(response.get("links", {})) <= ids


def test_a_list_of_which_fields_can_be_named_answers_with_those_or_with_whole_items() -> None:
    found = {one.id for one in OPERATIONS if "fields" in one.query.__struct_fields__}
    assert {"listCommands", "listPlatformCommands", "listAudit", "listPlatformAudit", "listMembers"} <= found
    for operation in [one for one in OPERATIONS if one.id in found]:
        shown = described(operation)
        schema = shown["responses"]["200"]["content"]["application/json"]["schema"]
        check(schema, {"items": [{"id": example_of(operation.answer).items[0].id.__str__()}], "next": None})
        [parameter] = [one for one in shown["parameters"] if one["name"] == "fields"]
        item = operation.answer.__args__[0]
        assert parameter["schema"]["items"]["enum"] == list(item.__struct_fields__)
        with pytest.raises(jsonschema.ValidationError):
            check(schema, {"items": [{"colour": "red"}], "next": None})


def test_an_export_as_json_is_an_array_and_as_lines_is_text() -> None:
    [export] = [operation for operation in OPERATIONS if operation.id == "exportAudit"]
    content = described(export)["responses"]["200"]["content"]
    assert content["application/json"]["schema"]["items"] == {"$ref": "#/components/schemas/AuditEntry"}
    assert content["text/csv"]["schema"] == content["application/x-ndjson"]["schema"] == {"type": "string"}


def test_every_problem_has_an_example() -> None:
    problem = DOCUMENT["components"]["schemas"]["ProblemBody"]
    assert set(DOCUMENT["components"]["examples"]) == set(PROBLEMS)
    for example in DOCUMENT["components"]["examples"].values():
        check(problem, example["value"])
