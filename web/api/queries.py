"""Reading ids from paths and the query string into their types: strict, with the parameter named in what is refused."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request

from bus import codec
from bus.errors import InvalidMessage
from bus.ids import Snowflake
from web.api.bodies import field_in
from web.api.operation import PATH_PARAMETERS
from web.problems import Problem

__all__ = ["read_ids", "read_query"]

Q = TypeVar("Q", bound=msgspec.Struct)

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TRUTH = {"true": True, "false": False}


def read_ids(request: Request) -> dict[str, Any]:
    """The path's ids by name. Raises the Problem that the parameter is declared with for a text that is no such id."""
    return {name: _id(name, text) for name, text in request.path_params.items()}


def read_query(query: QueryParams, kind: type[Q]) -> Q:
    """The query as a `kind`. A parameter comes once; lists are separated by commas.

    Raises Problem `request_invalid` that names the parameter, for unknown ones too.
    """
    shapes = _shapes(kind)
    values: dict[str, Any] = {}
    for name, text in query.multi_items():
        if name in values:
            raise Problem("request_invalid", f"{name[:64]} is given twice.", field=name[:64])
        values[name] = _plain(text, shapes.get(name, ""))
    try:
        return codec.convert(values, kind)
    except InvalidMessage as error:
        raise Problem("request_invalid", str(error), extra=field_in(str(error))) from error


def _id(name: str, text: str) -> Snowflake | UUID | str:
    parameter = PATH_PARAMETERS[name]
    if parameter.kind is UUID:
        if not _UUID.fullmatch(text):
            raise Problem(parameter.missing, f"{name} is a UUID.")
        return UUID(text)
    try:
        return parameter.kind(text)
    except ValueError as error:
        raise Problem(parameter.missing, f"{name} is a number of up to 19 digits.") from error


def _plain(text: str, shape: str) -> Any:
    """What JSON would have said; a text that is no such thing stays one, and is refused as such."""
    match shape:
        case "integer" if _WHOLE.fullmatch(text):
            return int(text)
        case "boolean":
            return _TRUTH.get(text, text)
        case "list":
            return text.split(",") if text else []
    return text


@cache
def _shapes(kind: type[msgspec.Struct]) -> dict[str, str]:
    """By parameter: `integer`, `boolean`, `list`, or nothing for what is a text in JSON too."""
    return {field.name: _shape(msgspec.inspect.type_info(field.type)) for field in msgspec.structs.fields(kind)}


def _shape(kind: msgspec.inspect.Type) -> str:
    match kind:
        case msgspec.inspect.Metadata(type=inner):
            return _shape(inner)
        case msgspec.inspect.UnionType(types=types):
            return next((shape for one in types if (shape := _shape(one))), "")
        case msgspec.inspect.IntType():
            return "integer"
        case msgspec.inspect.BoolType():
            return "boolean"
        case msgspec.inspect.ListType():
            return "list"
    return ""
