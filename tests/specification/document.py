"""The document as it is served, with values of what is there, so that requests get further than a 404."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["LEFT_OUT", "can_be_wrong", "with_known"]

LEFT_OUT = {"streamEvents": "a live stream has no end that a request could wait for: test_live_updates.py reads it"}
"""Operations that are not asked, and why."""


def with_known(document: Mapping[str, Any], values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A copy in which parameters take one of the `values` of their name, and the first of them is the example.

    `operation.name` is for that operation alone, `operation.body.name` for a field of its example. What is left out is
    away.
    """
    known: dict[str, Any] = copy.deepcopy(dict(document))
    for operations in known["paths"].values():
        for method in [name for name, one in operations.items() if one["operationId"] in LEFT_OUT]:
            del operations[method]
        for operation in operations.values():
            for parameter in operation["parameters"]:
                parameter |= _known(parameter["name"], operation["operationId"], values)
            if "requestBody" in operation:
                example = operation["requestBody"]["content"]["application/json"]["example"]
                named = {name: values.get(f"{operation['operationId']}.body.{name}") for name in example}
                example |= {name: found[0] for name, found in named.items() if found}
    return known


def _known(name: str, operation_id: str, values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    found = values.get(f"{operation_id}.{name}", values.get(name))
    return {} if found is None else {"schema": {"type": "string", "enum": list(found)}, "example": found[0]}


def can_be_wrong(operation: Mapping[str, Any]) -> bool:
    """Whether a request can break what is said of it: any text at all does for what is only a string."""
    texts = all(parameter["schema"] == {"type": "string"} for parameter in operation["parameters"])
    return "requestBody" in operation or not texts
