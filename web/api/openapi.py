"""The OpenAPI 3.1 document, made from the table of operations and the types that validate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from inspect import cleandoc
from typing import Any
from uuid import UUID

import msgspec

from bus import codec
from bus.ids import Snowflake
from web.api.examples import example_of
from web.api.lists import Listing
from web.api.operation import JSON, PATH_PARAMETERS, PREFIX, Operation, problems_of
from web.api.schemas import component_schemas, schema_of
from web.problems import PROBLEMS, ProblemBody

__all__ = ["openapi_document"]

_PROBLEM_JSON = "application/problem+json"
_VERSION = "1"
_PART = "Part"
_NO_CONTROLS = "^[^\\u0000-\\u001f\\u007f]*$"
_DESCRIPTION = """
Everything that the dashboard can do. Ids are strings. Lists go on by `cursor`. Every POST takes an `Idempotency-Key`.
What goes wrong is told as RFC 9457 problem details with a stable `code`. Version and policy: see docs/api.md.
"""
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The same key is the same request: it is carried out once, and answered again.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
    "example": "6f1c2e0a-nightly",
}
_SEEN = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an answer that one has already: 304 where it still holds.",
    "schema": {"type": "string"},
}
_VERSION_READ = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of what was read: 412 where somebody changed it since, with both values.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    "example": '"7"',
}
_RESUME = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "The id of the last event received: the stream goes on after it.",
    "schema": {"type": "string"},
}


def openapi_document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The document as JSON's own types."""
    kinds = [kind for one in operations for kind in (one.body, one.answer) if kind is not None]
    unique = list(dict.fromkeys([*kinds, ProblemBody]))
    found, components = component_schemas(unique)
    schemas = dict(zip(unique, found, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _operation(operation, schemas, operations)
        paths.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = described
    document = {
        "openapi": "3.1.0",
        "info": {"title": "guildbus", "version": _VERSION, "description": _DESCRIPTION.strip()},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.tag for one in operations)],
        "paths": paths,
        "components": {
            "schemas": {name: _clean(schema) for name, schema in components.items()} | _parts(operations, components),
            "examples": {code: _problem_example(code) for code in PROBLEMS},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key: gb_…"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "guildbus",
                    "description": "The dashboard's session. What changes something needs X-CSRF-Token too.",
                },
            },
        },
        "security": [{"key": []}, {"session": []}],
    }
    return _with_plain_names(document)


def _operation(operation: Operation, schemas: dict[Any, Any], operations: Sequence[Operation]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": _description(operation),
        "parameters": _parameters(operation),
        "responses": _responses(operation, schemas, operations),
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": {JSON: _content(operation.body, schemas)}}
    return described


def _description(operation: Operation) -> str:
    """Who may, and what the endpoint's own words add."""
    who = {
        "anybody": "For whoever is logged in or has a key.",
        "nowhere": f"Needs `{operation.who.action}`.",
        "guild": f"Needs `{operation.who.action}` in the server.",
        "letter": f"Needs `{operation.who.action}` in the server of the dead letter.",
        "platform": f"Needs `{operation.who.action}` on the platform.",
    }[operation.who.where]
    return "\n\n".join(part for part in (cleandoc(operation.endpoint.__doc__ or ""), who) if part)


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    parameters = [_path_parameter(name) for name in operation.path_parameters]
    query = schema_of(operation.query)
    parameters += [
        {
            "name": name,
            "in": "query",
            "required": name in query.get("required", ()),
            "description": schema.get("description", ""),
            "schema": _plain(_without_null({key: value for key, value in schema.items() if key != "description"})),
            **({"style": "form", "explode": False} if "array" in str(schema) else {}),
        }
        for name, schema in query["properties"].items()
    ]
    if operation.method == "POST":
        parameters.append(_KEY)
    if operation.versioned:
        parameters.append(_VERSION_READ)
    if operation.conditional:
        parameters.append(_SEEN)
    if "text/event-stream" in operation.media:
        parameters.append(_RESUME)
    return parameters


def _path_parameter(name: str) -> dict[str, Any]:
    parameter = PATH_PARAMETERS[name]
    schema: dict[str, Any] = {"type": "string"}
    if parameter.kind is Snowflake or parameter.kind is UUID:
        schema = {key: value for key, value in schema_of(parameter.kind).items() if key != "description"}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": parameter.description,
        "schema": _plain(schema),
        "example": parameter.example,
    }


def _responses(operation: Operation, schemas: dict[Any, Any], operations: Sequence[Operation]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": operation.summary, "headers": _headers(operation)}
    if content := _success_content(operation, schemas):
        success["content"] = content
    if links := _links(operation, operations):
        success["links"] = links
    responses = {str(operation.status): success}
    if operation.conditional:
        responses["304"] = {"description": "The client has it already"}
    by_status: dict[int, list[str]] = {}
    for code in problems_of(operation):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    for status, codes in sorted(by_status.items()):
        responses[str(status)] = _problem(codes, schemas)
    return responses


def _success_content(operation: Operation, schemas: dict[Any, Any]) -> dict[str, Any]:
    """By media type: `answer` as JSON, and what is no JSON document as text."""
    text = {media: {"schema": {"type": "string"}} for media in operation.media if media != JSON}
    if operation.answer is None:
        return text
    content = _content(operation.answer, schemas)
    if "fields" in operation.query.__struct_fields__:
        content["schema"] = {"anyOf": [content["schema"], _selected(operation.answer)]}
    return {JSON: content, **text}


def _selected(listing: Any) -> dict[str, Any]:
    """A list of which the query names the fields: every one that an item holds is as it would be in a whole one."""
    item = _item_of(listing)
    return {
        "type": "object",
        "description": f"With `fields`: of each {item.__name__} only those.",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{item.__name__}{_PART}"}},
            "next": {"type": ["string", "null"]},
        },
    }


def _parts(operations: Sequence[Operation], components: dict[str, Any]) -> dict[str, Any]:
    """The schemas of items of which the query names the fields: nothing is required of them."""
    kinds = [_item_of(one.answer) for one in operations if "fields" in one.query.__struct_fields__]
    return {
        f"{kind.__name__}{_PART}": {
            "type": "object",
            "description": f"Some fields of a {kind.__name__}.",
            "properties": components[kind.__name__]["properties"],
            "additionalProperties": False,
        }
        for kind in kinds
    }


def _problem(codes: Sequence[str], schemas: dict[Any, Any]) -> dict[str, Any]:
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    return {
        "description": "; ".join(f"`{code}`: {PROBLEMS[code].title}" for code in codes),
        "content": {_PROBLEM_JSON: {"schema": schemas[ProblemBody], "examples": examples}},
    }


def _problem_example(code: str) -> dict[str, Any]:
    kind = PROBLEMS[code]
    body = ProblemBody(
        type=f"urn:guildbus:problem:{code}",
        title=kind.title,
        status=kind.status,
        code=code,
        detail=kind.title,
        instance=f"{PREFIX}/guilds",
        request_id=UUID("01932c07-2099-7c20-9f4e-8a1b2c3d4e5f"),
    )
    return {"summary": kind.title, "value": codec.to_builtins(body)}


def _headers(operation: Operation) -> dict[str, Any]:
    headers: dict[str, Any] = {"X-Request-Id": _header("The id of this request in logs, audit and events.", "uuid")}
    if operation.conditional:
        headers["ETag"] = _header("What this answer is: for If-None-Match.")
    if operation.status in (201, 202):
        headers["Location"] = _header("Where to look at it.")
    return headers


def _header(description: str, format: str | None = None) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", **({"format": format} if format else {})}}


def _links(operation: Operation, operations: Sequence[Operation]) -> dict[str, Any]:
    """By the id in the answer to the operations below its address: from what was just made to what can be done with it,
    and from a list to what can be read of its first item."""
    if operation.status in (201, 202) and "id" in _names(operation.answer):
        id = "$response.body#/id"
    elif operation.method == "GET" and "id" in _names(_item_of(operation.answer)):
        id = "$response.body#/items/0/id"
    else:
        return {}
    below = re.compile(re.escape(operation.path) + r"/\{(\w+)\}(/\w+)?")
    links = {}
    for other in operations:
        found = below.fullmatch(other.path)
        if found is not None and operation.method in ("POST", other.method) and other.media == (JSON,):
            same = {name: f"$request.path.{name}" for name in operation.path_parameters}
            links[other.id] = {"operationId": other.id, "parameters": {**same, found[1]: id}}
    return links


def _names(kind: Any) -> tuple[str, ...]:
    return getattr(kind, "__struct_fields__", ())


def _item_of(kind: Any) -> Any:
    """What a list holds; None for what is none."""
    return kind.__args__[0] if getattr(kind, "__origin__", None) is Listing else None


def _content(kind: Any, schemas: dict[Any, Any]) -> dict[str, Any]:
    return {"schema": schemas[kind], "example": codec.to_builtins(example_of(kind))}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """An address holds no control characters (`web.middleware.plain_text_only`), and so none of its texts may."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [_plain(kind) for kind in schema["anyOf"]]}
    if schema.get("type") == "string" and not {"pattern", "enum", "format"} & set(schema):
        return {**schema, "pattern": _NO_CONTROLS}
    return schema


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is not asked for is left out: there is no null in a query."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf" and not (key == "default" and value is None)}
    if len(kinds) == 1:
        return {**kinds[0], **rest}
    return {**rest, "anyOf": kinds} if kinds else rest


def _clean(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "description": cleandoc(schema["description"])} if "description" in schema else schema


def _with_plain_names(document: dict[str, Any]) -> dict[str, Any]:
    """`Listing_Guild_` is a list of guilds: `GuildList`."""
    text = msgspec.json.encode(document).decode()
    plain: dict[str, Any] = msgspec.json.decode(re.sub(r"\bListing[_\[](\w+?)[_\]]\"", r'\1List"', text))
    return plain
