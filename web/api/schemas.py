"""JSON Schema (draft 2020-12) of the types that validate, so that what is documented is what is checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from bus.ids import Snowflake

__all__ = ["component_schemas", "schema_of"]

_SNOWFLAKE = {"type": "string", "pattern": "^[0-9]{1,19}$", "description": "A Discord id, in decimal."}


def schema_of(kind: Any) -> dict[str, Any]:
    """The schema of one type, whole in itself."""
    schema = msgspec.json.schema(kind, schema_hook=_hook)
    if set(schema) == {"$ref", "$defs"} and len(schema["$defs"]) == 1:
        return dict(next(iter(schema["$defs"].values())))
    return schema


def component_schemas(kinds: Iterable[Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A schema for each type, in order, and the components of an OpenAPI document that they point to."""
    found, components = msgspec.json.schema_components(
        kinds, schema_hook=_hook, ref_template="#/components/schemas/{name}"
    )
    return list(found), dict(components)


def _hook(kind: type) -> dict[str, Any]:
    if kind is Snowflake:
        return dict(_SNOWFLAKE)
    raise NotImplementedError(f"{kind.__name__} has no JSON Schema")
